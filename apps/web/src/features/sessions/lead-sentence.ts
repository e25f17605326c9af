const sessions = (count: number) => `${count.toLocaleString('en-US')} ${count === 1 ? 'session' : 'sessions'}`

/** What the page opens with: who waits where nothing is filtered, else how many match. */
export function leadSentence(total: number, waiting: number | null, filtered: boolean): string {
  if (filtered) {
    return total === 0 ? 'No session matches' : `${sessions(total)} ${total === 1 ? 'matches' : 'match'}`
  }
  if (total === 0) return 'No session has been seen yet'
  if (waiting === null) return `${sessions(total)} seen`
  if (waiting === 0) return `No session waits for you; ${total.toLocaleString('en-US')} in all`
  return `${sessions(waiting)} ${waiting === 1 ? 'waits' : 'wait'} for you, ${total.toLocaleString('en-US')} in all`
}

/** On the button that shows what changed above: how many are new, where that is known. */
export function newsLabel(totalThen: number, totalNow: number | null): string {
  const news = totalNow === null ? 0 : totalNow - totalThen
  return news > 0 ? `${news} new` : 'Order changed'
}

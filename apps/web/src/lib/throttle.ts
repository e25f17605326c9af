/** Runs `work` at once, then at most every `everyMs()`; the last call is never lost. */
export function createThrottle(everyMs: () => number, work: () => void) {
  let last = Number.NEGATIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined

  function run() {
    timer = undefined
    last = Date.now()
    work()
  }
  function throttled() {
    if (timer !== undefined) return
    const wait = last + everyMs() - Date.now()
    if (wait <= 0) run()
    else timer = setTimeout(run, wait)
  }
  throttled.cancel = () => {
    clearTimeout(timer)
    timer = undefined
  }
  return throttled
}

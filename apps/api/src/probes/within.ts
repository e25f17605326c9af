/** The value, or a TimedOut error once `ms` have passed; the promise itself goes on and its later failure is dropped. */
export const within = async <T>(ms: number, promise: Promise<T>): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TimedOut(`did not answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

class TimedOut extends Error {
  override readonly name = 'TimedOut'
}

import { type Outbound, OutboundError, requireUrl } from './outbound.ts'

/**
 * Where no socket is ours the platform connects, and reaches public addresses only; https alone, so that no name server
 * can lead elsewhere unnoticed.
 */
export const createEdgeOutbound = (): Outbound => ({
  post: async (text, { contentType, body, timeoutMs, limitBytes }) => {
    const url = requireUrl(text)
    if (url.protocol !== 'https:') throw new OutboundError('https only')
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'error',
        headers: { 'content-type': contentType, 'user-agent': 'watchbill' },
        body,
        signal: AbortSignal.timeout(timeoutMs),
      })
      const { status, headers } = response
      return { status, contentType: headers.get('content-type'), text: await readText(response, limitBytes) }
    } catch (error) {
      throw error instanceof OutboundError ? error : new OutboundError('no answer')
    }
  },
})

const readText = async ({ body }: Response, limitBytes: number): Promise<string> => {
  const reader = body?.getReader()
  const decoder = new TextDecoder()
  let [text, size] = ['', 0]
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
    if (done || value === undefined) return text + decoder.decode()
    size += value.byteLength
    if (size > limitBytes) {
      await reader?.cancel()
      throw new OutboundError(`answer over ${limitBytes} bytes`)
    }
    text += decoder.decode(value, { stream: true })
  }
}

/** RFC 9110 §12.5.3: gzip is named, or covered by `*`, with a weight above zero. */
export const acceptsGzip = (request: Request): boolean => {
  const weights = new Map<string, number>()
  for (const part of (request.headers.get('accept-encoding') ?? '').toLowerCase().split(',')) {
    const [coding = '', ...parameters] = part.split(';').map((word) => word.trim())
    const weight = parameters.find((word) => word.startsWith('q='))
    weights.set(coding, weight === undefined ? 1 : Number(weight.slice(2)))
  }
  return (weights.get('gzip') ?? weights.get('x-gzip') ?? weights.get('*') ?? 0) > 0
}

export const gzipped = (bytes: Uint8Array): Promise<ArrayBuffer> => {
  const packed = new Blob([Uint8Array.from(bytes)]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Response(packed).arrayBuffer()
}

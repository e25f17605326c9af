/** Set by proxy.ts on the way in: path and query of this request, for "go on to where you were". */
export const pathHeader = 'x-watchbill-path'

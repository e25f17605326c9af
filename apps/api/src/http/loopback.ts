/** Names and addresses that never leave this machine; an IPv6 one with or without brackets. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || /^(127(\.\d{1,3}){3}|\[?::1\]?)$/.test(host)

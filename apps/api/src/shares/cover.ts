import { pageHeaders, plainPage, plainPolicy } from './page.ts'

/**
 * The cover of every link, the same bytes for all of them: programs that follow links learn and count nothing here. The form
 * names no address, so it posts to the page's own, and the fragment, the reader's pin, stays (HTML "form submission").
 */
const cover = plainPage(
  'Somebody shared entries of an audit log with you',
  '<p>Opening it is counted. Each entry is then checked in this browser; nothing is asked of you.</p>',
  '<form method="post"><p><button>Open</button></p></form>',
)

export const coverPage = async (): Promise<Response> =>
  new Response(cover, { headers: pageHeaders(await plainPolicy("'self'")) })

/** LOOK "Colour" and "Type": the same ground and ink on every page an outsider sees, light or dark as their system is. */
export const baseStyle = `:root{color-scheme:light dark;--ground:#f7f6f2;--panel:#fff;--ink:#16191c;--muted:#5b6268;--rule:#e0ddd3;\
--waiting:#8a5a00;--working:#0b5cad;--proven:#1d6b45;--failed:#b3261e}
@media (prefers-color-scheme:dark){:root{--ground:#0f1214;--panel:#161a1d;--ink:#e8e6e1;--muted:#9aa3aa;--rule:#262c30;\
--waiting:#f2b33d;--working:#6cb2f5;--proven:#6cc796;--failed:#ff7a6b}}
*{box-sizing:border-box}
html{background:var(--ground);color:var(--ink);-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:72rem;padding:1.25rem 1.5rem 3rem;font:.8125rem/1.125rem system-ui,sans-serif}
p,ul,dl,ol,pre,h1,h2{margin:0;padding:0}
header{display:flex;flex-wrap:wrap;gap:.25rem 1rem;justify-content:space-between;padding-bottom:.75rem;\
border-bottom:1px solid var(--rule);color:var(--muted)}
header b{color:var(--ink)}
.lead{font-size:1.75rem;line-height:2.125rem;font-weight:600;margin:1.25rem 0 .5rem;text-wrap:balance;overflow-wrap:anywhere}
code,pre,.seq,time,.agent{font-family:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,monospace;font-size:.96em;\
font-variant-numeric:tabular-nums}
button{font:600 .9375rem/1.25rem system-ui,sans-serif;padding:.625rem 1.5rem;min-height:2.75rem;border-radius:4px;\
border:1px solid var(--ink);background:var(--ink);color:var(--ground);cursor:pointer}
:focus-visible{outline:2px solid var(--working);outline-offset:2px}
main p{margin:.5rem 0 1rem}
form{margin-top:1.25rem}
@media (max-width:40rem){body{padding:1rem 1rem 2rem}.lead{font-size:1.5rem;line-height:1.875rem}}
`

/** What a document needs beyond that. */
export const documentStyle = `${baseStyle}h1{font-size:1.25rem;line-height:1.625rem;margin-top:1.5rem;overflow-wrap:anywhere}
h2{font-size:1rem;line-height:1.375rem;margin:1.75rem 0 .375rem}
main p{max-width:80ch;margin:.375rem 0}
#verdict{padding-bottom:1rem;border-bottom:1px solid var(--rule)}
#verdict ul{padding-left:1.25rem;font-weight:600}
dl.facts{display:grid;grid-template-columns:6.5rem minmax(0,1fr);gap:.125rem 1rem;margin-top:.5rem}
dt{color:var(--muted)}
dd{margin:0;overflow-wrap:anywhere;min-width:0}
.proven{color:var(--proven)}.unproven{color:var(--waiting)}.contradicted{color:var(--failed)}.unchecked{color:var(--muted)}
p.proven,p.unproven{color:var(--ink)}p.proven::first-letter{color:var(--proven)}p.unproven::first-letter{color:var(--waiting)}
.deny{color:var(--failed)}.ask{color:var(--waiting)}
ol{list-style:none;border-top:1px solid var(--rule)}
li{border-bottom:1px solid var(--rule)}
#verdict li{border:0}
#rows.long>li{content-visibility:auto;contain-intrinsic-size:auto 2rem}
summary{cursor:pointer}
li>details>summary{display:grid;grid-template-columns:.75rem 8.75rem 4rem 12rem minmax(0,1fr) 8rem 4.25rem;gap:0 .75rem;\
align-items:baseline;padding:.4375rem .25rem;list-style:none}
li>details>summary::-webkit-details-marker{display:none}
li>details>summary::before{content:"▸";color:var(--muted)}
li>details[open]>summary::before{content:"▾"}
li>details>summary:hover,li>details[open]>summary{background:var(--panel)}
li.gap>details>summary{display:block;color:var(--muted)}
li.gap>details>summary::before{margin-right:.75rem}
li.gap ol{margin-left:1rem}
.mark{white-space:nowrap}.mark.contradicted{font-weight:600}
.seq{text-align:right}
time,.agent,.seq{color:var(--muted);white-space:nowrap}
.what{overflow-wrap:anywhere}
li dl{display:grid;grid-template-columns:7rem minmax(0,1fr);gap:.25rem 1rem;padding:.375rem .25rem .75rem 1.75rem}
li dd code{white-space:pre-wrap}
li p{padding-left:1.75rem;font-weight:600}
.u{border:1px solid var(--failed);border-radius:2px;color:var(--failed);font-size:.85em;padding:0 .125rem}
details.all summary{color:var(--working)}
pre{overflow-x:auto;padding:.625rem .75rem;background:var(--panel);border:1px solid var(--rule);border-radius:4px;\
max-width:100%;margin:.375rem 0;line-height:1.25rem}
pre.wrap{white-space:pre-wrap;overflow-wrap:anywhere}
#ways a{color:var(--working)}
.cols{display:grid;grid-template-columns:8.75rem 4rem 12rem minmax(0,1fr) 8rem 4.25rem;gap:0 .75rem;padding:0 .25rem .25rem 1.75rem;\
color:var(--muted)}
.cols :nth-child(2){text-align:right}
@media (max-width:60rem){.cols{display:none}
li>details>summary{display:flex;flex-wrap:wrap;gap:0 .625rem}
.what{order:-1;flex-basis:100%;font-size:.875rem;line-height:1.25rem}
li>details>summary{padding-left:1.25rem;position:relative}
li>details>summary::before{position:absolute;left:.25rem}
time::after{content:" UTC"}
li dl,li p{padding-left:1.25rem}}
@media (max-width:40rem){li dl,dl.facts{grid-template-columns:minmax(0,1fr);gap:0}
li dd,dl.facts dd{margin-bottom:.375rem}pre{white-space:pre-wrap;overflow-wrap:anywhere}}
@media print{:root{color-scheme:light;--ground:#fff;--panel:#fff;--ink:#000;--muted:#444;--rule:#bbb;--waiting:#5c3c00;\
--working:#000;--proven:#124a2f;--failed:#8c1d17}
body{max-width:none;padding:0;font-size:9pt;line-height:12pt}.noprint{display:none}
#rows>li,#rows.long>li{content-visibility:visible;break-inside:avoid}
details::details-content{content-visibility:visible;block-size:auto;display:block}
details.all summary,.cut{display:none}
pre{white-space:pre-wrap;overflow-wrap:anywhere;border-color:#bbb}
li dl{padding-left:1rem}li p{padding-left:1rem}}
`

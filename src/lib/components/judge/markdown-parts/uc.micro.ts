/** In the browser's build this stands in for the package `uc.micro`: the browser knows Unicode's categories by itself. */
export const P = /\p{P}/u;
export const S = /\p{S}/u;

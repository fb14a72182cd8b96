// The Content Security Policy of the two builds: nothing is allowed but what is listed.

const SHARED = ["default-src 'none'", "img-src 'self' blob: data:", "base-uri 'none'", "form-action 'none'"]

/** For the site, as a header: a page's meta element would not hold for its workers (CSP 3, 4.2). */
export const SITE_POLICY = [
  ...SHARED,
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "manifest-src 'self'",
  "frame-ancestors 'none'",
  "sandbox allow-scripts allow-same-origin allow-downloads",
].join("; ")

/** For the single file, in a meta element: its workers are blobs, which inherit it. */
export function filePolicy(scripts, styles) {
  return [
    ...SHARED,
    `script-src ${scripts.join(" ")} 'wasm-unsafe-eval'`,
    `style-src ${styles.join(" ") || "'none'"}`,
    "worker-src blob:",
  ].join("; ").replace("img-src 'self' ", "img-src ")
}

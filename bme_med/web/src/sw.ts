// The service worker: keeps the site for offline use, whole and checked, and answers with nothing else. It says the
// policy itself, so that the lock is in force where a host cannot send headers.
declare const FILES: Readonly<Record<string, string>>  // SHA-256 of each file of the site, by path
declare const POLICY: string
declare const VERSION: string

interface Extendable extends Event { waitUntil(promise: Promise<unknown>): void }
interface Fetching extends Event { readonly request: Request; respondWith(response: Promise<Response> | Response): void }
interface Scope { readonly registration: { readonly scope: string }; readonly clients: { claim(): Promise<void> } }

const scope = globalThis as unknown as Scope
const PREFIX = "bme-med-"
const NAME = `${PREFIX}${VERSION}`
const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8", html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8", svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8", wasm: "application/wasm", webmanifest: "application/manifest+json",
}

addEventListener("install", (event) => (event as Extendable).waitUntil(keepAll()))
addEventListener("activate", (event) => (event as Extendable).waitUntil(takeOver()))
addEventListener("fetch", (event) => (event as Fetching).respondWith(answer((event as Fetching).request)))

/** Keeps every file, or none: one that is not what was built ends the installation. */
async function keepAll(): Promise<void> {
  const cache = await caches.open(NAME)
  await Promise.all(Object.entries(FILES).map(async ([path, sha256]) => {
    const response = await fetch(new URL(path, scope.registration.scope), { cache: "no-store", credentials: "omit" })
    const bytes = await response.arrayBuffer()
    if (!response.ok || (await digest(bytes)) !== sha256) throw new Error(`${path} is not as it was built`)
    await cache.put(new URL(path, scope.registration.scope), new Response(bytes, { headers: headersOf(path) }))
  }))
}

async function takeOver(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== NAME) await caches.delete(name)
  await scope.clients.claim()
}

async function answer({ method, url }: Request): Promise<Response> {
  const { origin, pathname } = new URL(url)
  const base = new URL(scope.registration.scope)
  if (origin !== base.origin) return new Response(null, { status: 403 })
  if (method !== "GET" && method !== "HEAD") return new Response(null, { status: 405 })
  const path = pathname === base.pathname ? `${pathname}index.html` : pathname
  const kept = await (await caches.open(NAME)).match(new URL(path, base))
  return kept ?? new Response(null, { status: 404, headers: headersOf(".txt") })
}

function headersOf(path: string): Record<string, string> {
  return {
    "Content-Type": TYPES[path.split(".").at(-1)!] ?? "application/octet-stream",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  }
}

async function digest(bytes: ArrayBuffer): Promise<string> {
  const made = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))
  return Array.from(made, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

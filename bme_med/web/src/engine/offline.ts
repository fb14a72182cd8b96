// Keeping the site for offline use, where it is a site.
import { isSingleFile } from "./assets"

const PATIENCE_MS = 60_000

/** Lets the browser keep the site; what goes wrong there costs only the offline use. */
export async function keepForOffline(): Promise<void> {
  if (canKeep()) await navigator.serviceWorker.register(new URL("sw.js", document.baseURI)).catch(() => undefined)
}

/** Whether a reload is under way that puts the page under the policy of its own service worker, as a host without headers needs. */
export async function reloadLocked(): Promise<boolean> {
  if (!canKeep() || navigator.serviceWorker.controller) return false
  await keepForOffline()
  const isReady = await Promise.race([
    navigator.serviceWorker.ready.then(() => true),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), PATIENCE_MS)),
  ])
  if (isReady) location.reload()
  return isReady
}

function canKeep(): boolean {
  return !isSingleFile() && isSecureContext && "serviceWorker" in navigator
}

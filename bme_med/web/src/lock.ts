// The network lock: what could carry data away and no Content Security Policy stops is removed, and the policy
// itself is proved. This guards against regressions and careless dependencies, not against malice in our own code.

const CHANNELS = ["RTCPeerConnection", "webkitRTCPeerConnection", "RTCDataChannel", "WebTransport", "WebSocket", "WebSocketStream", "EventSource"]
const PROBE = "https://lock-probe.invalid/"  // RFC 6761, 6.4: no such host exists
const PATIENCE_MS = 3000

/** Removes what `connect-src` does not cover, before any other script runs. */
export function removeChannels(): void {
  for (const name of CHANNELS) {
    Object.defineProperty(globalThis, name, { value: undefined, writable: false, configurable: false })
  }
}

/** Refuses every navigation away from this page. */
export function guardNavigation(): void {
  const navigation = (globalThis as { navigation?: EventTarget }).navigation
  navigation?.addEventListener("navigate", (event) => {
    const { destination, cancelable } = event as Event & { destination: { url: string } }
    if (cancelable && !isHere(destination.url)) event.preventDefault()
  })
}

/** Refuses windows of other addresses: the single file has no header that could sandbox it, and no event tells of them. */
export function guardWindows(): void {
  Object.defineProperty(globalThis, "open", { value: undefined, writable: false, configurable: false })
  const click = HTMLElement.prototype.click
  HTMLElement.prototype.click = function (): void {
    if (!leadsAway(this)) click.call(this)
  }
  for (const name of ["click", "auxclick"]) {
    addEventListener(name, (event) => {
      if (event.composedPath().some(leadsAway)) event.preventDefault()
    }, { capture: true })
  }
}

function leadsAway(target: EventTarget): boolean {
  const link = target instanceof Element ? target.getAttribute("href") ?? target.getAttribute("xlink:href") : null
  return link !== null && !isHere(new URL(link, location.href).href)
}

function isHere(url: string): boolean {
  const here = new URL(location.href)
  const there = new URL(url)
  return there.protocol === "blob:" || (there.origin === here.origin && there.pathname === here.pathname)
}

/** Asks for what the policy must forbid; rejects where it does not, so that nothing runs unlocked. */
export async function proveLock(): Promise<void> {
  const blocked = new Promise<boolean>((resolve) => {
    const hear = (event: Event): void => {
      const { blockedURI, effectiveDirective } = event as SecurityPolicyViolationEvent
      if (blockedURI.startsWith(PROBE.slice(0, -1)) && effectiveDirective === "connect-src") resolve(true)
    }
    globalThis.addEventListener("securitypolicyviolation", hear)
    setTimeout(() => resolve(false), PATIENCE_MS)
  })
  const isAnswered = await fetch(PROBE, { mode: "no-cors" }).then(() => true, () => false)
  if (isAnswered || !(await blocked)) {
    throw new Error("the network lock of this page is not in force: open it from `bme-med ui`, from a server that sends its policy, or as the single file")
  }
}

/** Whether server-sent events arrive. `waiting` is the short time before the first answer: nothing to worry about. */
export type Liveness = "waiting" | "live" | "reconnecting";

let current: Liveness = "waiting";
const listeners = new Set<() => void>();

export function liveness(): Liveness {
  return current;
}

export function isLive(): boolean {
  return current === "live";
}

export function setLiveness(next: Liveness): void {
  if (next !== current) {
    current = next;
    for (const listener of listeners) {
      listener();
    }
  }
}

export function onLivenessChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

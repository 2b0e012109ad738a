import type { SetURLSearchParams } from "react-router";

/** A filter that lives in the address, so that a link shows what its sender saw. */
export function setParam(setSearch: SetURLSearchParams, name: string, value: string | number | null): void {
  setSearch(
    (search) => {
      const next = new URLSearchParams(search);
      if (value === null || value === "") {
        next.delete(name);
      } else {
        next.set(name, String(value));
      }
      return next;
    },
    { replace: true },
  );
}

/** A number in the address; anything else there counts as none. */
export function numberIn(search: URLSearchParams, name: string): number | undefined {
  const value = search.get(name);
  return value !== null && /^\d+$/.test(value) ? Number(value) : undefined;
}

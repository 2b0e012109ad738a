import createFetchClient, { type Middleware } from "openapi-fetch";
import { keys } from "./keys";
import { ApiError } from "./problems";
import { queryClient } from "./queryClient";
import type { paths } from "./schema";
import type { ProblemDetails, Session } from "./types";

/** The API through the gateway, typed by openapi.json. Always wrapped in `send`, which throws what went wrong. */
// Some routes answer in other words too, to machines: this page asks for JSON alone.
export const api = createFetchClient<paths, "application/json">({
  baseUrl: window.location.origin,
  fetch: (request) => globalThis.fetch(request),
});

const session: Middleware = {
  onRequest({ request }) {
    const token = queryClient.getQueryData<Session>(keys.session)?.csrfToken;
    if (request.method !== "GET" && token) {
      request.headers.set("X-CSRF-Token", token);
    }
    return request;
  },
  onResponse({ request, response }) {
    // A wrong password is a 401 too, but says nothing about the session.
    if (response.status === 401 && !new URL(request.url).pathname.includes("/auth/")) {
      forgetSession();
    }
    return response;
  },
  onError({ error }) {
    if (error instanceof DOMException && error.name === "AbortError") {
      return error;
    }
    return new ApiError(0, { detail: null });
  },
};

api.use(session);

/** Who was signed in no longer is: the frame shows the sign-in page and comes back here afterwards. */
export function forgetSession(): void {
  queryClient.setQueryData<Session>(keys.session, (known) =>
    known?.user ? { ...known, user: null, csrfToken: null } : known,
  );
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a good answer; anything else is thrown as an ApiError. */
export async function send<T>(call: Promise<Answer<T>>): Promise<Exclude<T, undefined>> {
  const { data, error, response } = await call;
  if (!response.ok) {
    throw new ApiError(response.status, problemIn(error), retryAfterSeconds(response));
  }
  return data as Exclude<T, undefined>;
}

/** A proxy in between may answer with a page of its own instead of a problem. */
function problemIn(body: unknown): ProblemDetails {
  return typeof body === "object" && body !== null ? (body as ProblemDetails) : {};
}

function retryAfterSeconds(response: Response): number | null {
  const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : null;
}

import { QueryClient } from "@tanstack/react-query";
import { isLive } from "./liveness";
import { ApiError } from "./problems";

const POLL_MS = 5_000;
const RETRIES = 2;

/** The one cache of the page. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // Events keep the cache current; without them every page on screen asks again by itself.
      refetchInterval: () => (isLive() ? false : POLL_MS),
      retry: (failures, error) => failures < RETRIES && mayPass(error),
    },
    mutations: { retry: false },
  },
});

/** Only what may be different the next time is worth asking twice. */
function mayPass(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status >= 500);
}

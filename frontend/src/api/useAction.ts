import { type QueryKey, type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { notifyDone, notifyFailed } from "../ui/notify";
import { messageFor } from "./problems";

interface Action<In, Out> {
  run: (input: In) => Promise<Out>;
  /** What to tell the user happened; null says nothing. */
  done?: (result: Out, input: In) => string | null;
  /** What the action changed. */
  changes?: readonly QueryKey[];
  /** The caller shows the failure itself, for example at the fields of a form. */
  showsFailure?: boolean;
}

/** Something a person does: says what happened, says what went wrong, and refreshes what it changed. */
export function useAction<In, Out>(action: Action<In, Out>): UseMutationResult<Out, Error, In> {
  const cache = useQueryClient();
  return useMutation<Out, Error, In>({
    mutationFn: action.run,
    onSuccess: async (result, input) => {
      const message = action.done?.(result, input) ?? null;
      if (message !== null) {
        notifyDone(message);
      }
      await Promise.all((action.changes ?? []).map((queryKey) => cache.invalidateQueries({ queryKey })));
    },
    onError: (error) => {
      if (!action.showsFailure) {
        notifyFailed(messageFor(error));
      }
    },
  });
}

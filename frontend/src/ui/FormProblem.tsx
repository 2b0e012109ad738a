import { Alert } from "@mantine/core";
import { useEffect, useRef } from "react";
import { messageFor } from "../api/problems";

interface Props {
  error: Error | null;
  /** The server's messages by field, and the fields that show theirs themselves. */
  errors: Record<string, string>;
  shown: readonly string[];
}

/** Why a form was not accepted. What is said of a field that the form does not show must not be lost. */
export function FormProblem({ error, errors, shown }: Props) {
  const place = useRef<HTMLDivElement>(null);
  // Whoever pressed the button below a long form does not see its top.
  useEffect(() => {
    if (error) {
      place.current?.scrollIntoView?.({ block: "center" });
    }
  }, [error]);

  if (!error) {
    return null;
  }

  const elsewhere = Object.entries(errors).filter(([field]) => !shown.includes(field));
  return (
    <Alert ref={place} color="red" role="alert">
      {Object.keys(errors).length > elsewhere.length ? "Please look at the marked fields." : messageFor(error)}
      {elsewhere.map(([field, message]) => (
        <div key={field}>
          {field}: {message}
        </div>
      ))}
    </Alert>
  );
}

import { Button } from "@mantine/core";
import { Link, useRouteError } from "react-router";
import { messageFor } from "../api/problems";
import { EmptyState, Failure } from "../ui/states";

/** When a page itself breaks, or its code is gone because a newer version was installed meanwhile. */
export function ErrorPage() {
  const error = useRouteError();
  return <Failure title="This page broke" message={messageFor(error)} retry={() => window.location.reload()} />;
}

export function NotFoundPage() {
  return (
    <EmptyState
      title="There is no such page"
      action={
        <Button component={Link} to="/">
          Go to the overview
        </Button>
      }
    >
      The address may be mistyped, or what it named is gone.
    </EmptyState>
  );
}

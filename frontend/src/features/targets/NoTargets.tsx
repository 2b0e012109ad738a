import { Button } from "@mantine/core";
import { Link } from "react-router";
import { EmptyState } from "../../ui/states";
import { useMay } from "../auth/session";

export function NoTargets() {
  const mayAdd = useMay("admin");
  return (
    <EmptyState
      title="Nothing is watched yet"
      action={
        mayAdd && (
          <Button component={Link} to="/targets/new">
            Add the first target
          </Button>
        )
      }
    >
      A target is a folder, a share or a bucket that Fixity keeps an eye on. Its first scan records what every file
      should be; each later one says what became different.
      {!mayAdd && " An administrator can add one."}
    </EmptyState>
  );
}

import { Button } from "@mantine/core";
import { useNavigate } from "react-router";
import type { Target } from "../../api/types";
import { IfMay } from "../auth/session";
import { useScanAll, useStartScan } from "./scanQueries";

/** Starts a scan and goes to watch it; a target being scanned already is an answer, not an error. */
export function StartScanButtons({ target }: { target: Target }) {
  const navigate = useNavigate();
  const start = useStartScan(target.id);
  const go = (mode: "incremental" | "full") =>
    start.mutate(mode, { onSuccess: ({ scanId }) => navigate(`/scans/${scanId}`) });
  const blocked = !target.enabled || target.activeScan !== null;

  return (
    <IfMay needs="operator">
      <Button
        title="Looks at every file, and reads what is new, changed or due"
        disabled={blocked}
        loading={start.isPending && start.variables === "incremental"}
        onClick={() => go("incremental")}
      >
        Scan now
      </Button>
      <Button
        variant="default"
        title="Reads every file to its end and compares its checksum"
        disabled={blocked}
        loading={start.isPending && start.variables === "full"}
        onClick={() => go("full")}
      >
        Verify everything
      </Button>
    </IfMay>
  );
}

export function ScanAllButton() {
  const scanAll = useScanAll();
  return (
    <Button variant="default" loading={scanAll.isPending} onClick={() => scanAll.mutate(undefined)}>
      Scan all now
    </Button>
  );
}

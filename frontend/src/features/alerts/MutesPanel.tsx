import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { Mute } from "../../api/types";
import { type Column, DataTable } from "../../ui/DataTable";
import { Loaded } from "../../ui/Loaded";
import { Panel } from "../../ui/Panel";
import { PathText } from "../../ui/PathText";
import { EmptyState } from "../../ui/states";
import { Count, When } from "../../ui/values";
import { useMay } from "../auth/session";
import { useTargets } from "../targets/targetQueries";
import { MuteDialog } from "./MuteDialog";
import { useDeleteMute, useMutes } from "./muteQueries";

/** What is kept quiet, by whom, why and until when. `targetId`: only what concerns one target. */
export function MutesPanel({ targetId }: { targetId?: number | undefined }) {
  const mutes = useMutes();
  const [opened, dialog] = useDisclosure();
  const mayMute = useMay("operator");
  return (
    <Panel
      title="Kept quiet"
      flush
      actions={
        mayMute && (
          <Button variant="default" onClick={dialog.open}>
            Mute…
          </Button>
        )
      }
    >
      <MuteDialog opened={opened} targetId={targetId} onClose={dialog.close} />
      <Loaded query={mutes} what="what is kept quiet">
        {(all) => (
          <MuteTable mutes={all.filter((mute) => isAbout(mute, targetId))} withTarget={targetId === undefined} />
        )}
      </Loaded>
    </Panel>
  );
}

function isAbout(mute: Mute, targetId: number | undefined): boolean {
  return targetId === undefined || (!mute.isOver && (mute.targetId === null || mute.targetId === targetId));
}

function MuteTable({ mutes, withTarget }: { mutes: readonly Mute[]; withTarget: boolean }) {
  const end = useDeleteMute();
  const mayMute = useMay("operator");
  const targets = useTargets();
  const nameOf = (id: number) => targets.items?.find((target) => target.id === id)?.name ?? `target ${id}`;
  const columns: (Column<Mute> | false)[] = [
    withTarget && { label: "Target", cell: ({ targetId }) => (targetId === null ? "all" : nameOf(targetId)) },
    { label: "Events", cell: ({ event }) => event ?? "all" },
    { label: "Files", cell: ({ path }) => (path === null ? "all" : <PathText path={path} max={40} />) },
    {
      label: "Until",
      cell: ({ until, isOver }) => (
        <>
          {isOver && "over, "}
          <When time={until} />
        </>
      ),
    },
    { label: "Why", cell: ({ reason, createdBy }) => <PathText path={`${reason} (${createdBy})`} max={120} /> },
    { label: "Kept back", align: "end", cell: ({ suppressed }) => <Count value={suppressed} /> },
    mayMute && {
      label: "End",
      cell: ({ id, isOver }) =>
        isOver ? null : (
          <Button
            size="compact-xs"
            variant="default"
            loading={end.isPending && end.variables === id}
            onClick={() => end.mutate(id)}
          >
            Tell again
          </Button>
        ),
    },
  ];
  return mutes.length === 0 ? (
    <EmptyState title="Nothing is kept quiet">
      While you work on a target, a mute keeps its alerts back until a time. What happens is recorded all the same.
    </EmptyState>
  ) : (
    <DataTable
      caption="Mutes"
      columns={columns.filter((column) => column !== false)}
      rows={mutes}
      rowKey={(mute) => mute.id}
    />
  );
}

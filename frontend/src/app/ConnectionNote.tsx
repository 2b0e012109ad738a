import { useEvents } from "../api/events";
import { Badge } from "../ui/Badge";

/** Says so when the page no longer hears from the server by itself. */
export function ConnectionNote() {
  const liveness = useEvents();
  return (
    <div role="status">
      {liveness === "reconnecting" && (
        <span title="Live updates stopped; the page asks again every 5 seconds until they are back.">
          <Badge tone="warn" sign="↻">
            Reconnecting
          </Badge>
        </span>
      )}
    </div>
  );
}

import { useQuery } from "@tanstack/react-query";
import { NavLink } from "react-router";
import { api, send } from "../api/client";
import { keys } from "../api/keys";
import { Badge } from "../ui/Badge";
import { formatCount } from "../ui/format";
import { AlertsIcon, ChangesIcon, FilesIcon, OverviewIcon, ScansIcon, SettingsIcon, TargetsIcon } from "../ui/icons";
import styles from "./Navigation.module.css";

const PAGES = [
  { to: "/", label: "Overview", icon: <OverviewIcon /> },
  { to: "/targets", label: "Targets", icon: <TargetsIcon /> },
  { to: "/scans", label: "Scans", icon: <ScansIcon /> },
  { to: "/changes", label: "Changes", icon: <ChangesIcon /> },
  { to: "/files", label: "Files", icon: <FilesIcon /> },
  { to: "/alerts", label: "Alerts", icon: <AlertsIcon /> },
  { to: "/settings", label: "Settings", icon: <SettingsIcon /> },
] as const;

export function Navigation({ onNavigate }: { onNavigate: () => void }) {
  const overview = useQuery({
    queryKey: keys.overview,
    queryFn: ({ signal }) => send(api.GET("/api/v1/stats/overview", { signal })),
  });
  const waiting = overview.data?.unacknowledgedCorruptions ?? 0;

  return (
    <nav aria-label="Pages" className={styles.nav}>
      {PAGES.map(({ to, label, icon }) => (
        <NavLink key={to} to={to} end={to === "/"} className={styles.link ?? ""} onClick={onNavigate}>
          {icon}
          <span>{label}</span>
          {to === "/changes" && waiting > 0 && (
            <span className={styles.count} title={`${waiting} cases of damage not acknowledged yet`}>
              <Badge tone="bad">{formatCount(waiting)}</Badge>
            </span>
          )}
        </NavLink>
      ))}
    </nav>
  );
}

import { Tabs } from "@mantine/core";
import type { ComponentType, ReactNode } from "react";
import { useNavigate, useParams } from "react-router";
import type { Role } from "../../api/types";
import { PageHeader } from "../../ui/PageHeader";
import { EmptyState } from "../../ui/states";
import { may } from "../auth/roles";
import { useSession } from "../auth/session";
import { About } from "./About";
import { Account } from "./Account";
import { Audit } from "./Audit";
import { General } from "./General";
import { Retention } from "./Retention";
import { Tokens } from "./Tokens";
import { Users } from "./Users";

interface Section {
  key: string;
  label: string;
  role: Role;
  Content: ComponentType;
}

const SECTIONS: readonly Section[] = [
  { key: "about", label: "About", role: "viewer", Content: About },
  { key: "general", label: "General", role: "viewer", Content: General },
  { key: "retention", label: "Retention", role: "viewer", Content: Retention },
  { key: "account", label: "Account", role: "viewer", Content: Account },
  { key: "users", label: "Users", role: "admin", Content: Users },
  { key: "tokens", label: "API tokens", role: "admin", Content: Tokens },
  { key: "audit", label: "Audit log", role: "admin", Content: Audit },
];

export function SettingsPage() {
  const { tab = "about" } = useParams();
  const role = useSession().data?.user?.role;
  const navigate = useNavigate();
  const allowed = SECTIONS.filter((section) => may(role, section.role));
  const current = SECTIONS.find(({ key }) => key === tab);

  return (
    <>
      <PageHeader title="Settings" tab={current ? `${current.label} · Settings` : "Settings"} />
      <Tabs value={tab} onChange={(key) => navigate(`/settings/${key ?? "about"}`)}>
        <Tabs.List>
          {allowed.map(({ key, label }) => (
            <Tabs.Tab key={key} value={key}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
      </Tabs>
      {sectionContent(current, allowed)}
    </>
  );
}

function sectionContent(current: Section | undefined, allowed: readonly Section[]): ReactNode {
  if (!current) {
    return <EmptyState title="There is no such setting" />;
  }
  if (!allowed.includes(current)) {
    return <EmptyState title="Not yours to see">Only an administrator may see this.</EmptyState>;
  }
  return <current.Content />;
}

import { AppShell, Burger, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, Outlet, useLocation } from "react-router";
import { EventsProvider } from "../api/events";
import { useSession } from "../features/auth/session";
import { Loaded } from "../ui/Loaded";
import { Loading } from "../ui/states";
import { ConnectionNote } from "./ConnectionNote";
import { Navigation } from "./Navigation";
import styles from "./SignedInFrame.module.css";
import { UserMenu } from "./UserMenu";

/** What stands round every page, for those who are signed in; everybody else is led to the door and back. */
export function SignedInFrame() {
  const session = useSession();
  const { pathname, search } = useLocation();
  // Once known, who is signed in does not become doubtful by a broken connection; the pages say that themselves.
  const known = session.data ? { ...session, error: null } : session;

  return (
    <Loaded query={known} what="Fixity">
      {({ setupRequired, user, provider }) => {
        if (!user) {
          const door = setupRequired && !provider ? "/setup" : `/sign-in?next=${encodeURIComponent(pathname + search)}`;
          return <Navigate to={door} replace />;
        }
        return (
          <EventsProvider>
            <Frame />
          </EventsProvider>
        );
      }}
    </Loaded>
  );
}

function Frame() {
  const { t } = useTranslation();
  const [opened, menu] = useDisclosure();
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 216, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a className={styles.skip} href="#content">
        {t("skipToContent")}
      </a>
      <AppShell.Header className={styles.bar}>
        <Group h="100%" px="md" gap="sm" wrap="nowrap">
          <Burger
            opened={opened}
            onClick={menu.toggle}
            hiddenFrom="sm"
            size="sm"
            aria-label={t(opened ? "closeNavigation" : "openNavigation")}
          />
          <Link to="/" className={styles.brand}>
            <img src="/fixity.svg" alt="" width="26" height="26" />
            <Text fw={700} size="lg">
              Fixity
            </Text>
          </Link>
          <Group ml="auto" gap="sm" wrap="nowrap">
            <ConnectionNote />
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={styles.bar} p="xs">
        <Navigation onNavigate={menu.close} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={styles.main}>
        <div className={styles.page}>
          <Suspense fallback={<Loading what="page" />}>
            <Outlet />
          </Suspense>
        </div>
      </AppShell.Main>
    </AppShell>
  );
}

import { Button, Menu, SegmentedControl, Text, useMantineColorScheme } from "@mantine/core";
import { Link } from "react-router";
import { useSession, useSignOut } from "../features/auth/session";

const SCHEMES = [
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
  { value: "auto", label: "System" },
] as const;

/** Who is signed in, how the pages look to them, and the way out. */
export function UserMenu() {
  const user = useSession().data?.user;
  const signOut = useSignOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme();

  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <Button variant="default" size="xs" aria-label={`Account of ${user?.username}`}>
          {user?.username}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          Signed in as {user?.username}, {user?.role}
        </Menu.Label>
        <Menu.Item component={Link} to="/settings/account">
          Change password
        </Menu.Item>
        <Menu.Divider />
        <Text size="xs" c="dimmed" px="sm" pt={4}>
          Appearance
        </Text>
        <SegmentedControl
          m="xs"
          size="xs"
          aria-label="Appearance"
          data={[...SCHEMES]}
          value={colorScheme}
          onChange={(scheme) => setColorScheme(scheme as (typeof SCHEMES)[number]["value"])}
        />
        <Menu.Divider />
        <Menu.Item onClick={() => signOut.mutate(undefined)}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

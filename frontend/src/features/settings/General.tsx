import { Loaded } from "../../ui/Loaded";
import { Panel } from "../../ui/Panel";
import { RETENTION_KEYS } from "./Retention";
import { SettingsForm } from "./SettingsForm";
import { useSettings } from "./settingsQueries";

/** What holds for all of Fixity: what new targets are like, and how much runs at once. */
export function General() {
  const settings = useSettings();
  return (
    <Loaded query={settings} what="settings">
      {({ items }) => (
        <>
          <Panel title="New targets">
            <SettingsForm settings={items.filter(({ key }) => key.startsWith("default_"))} />
          </Panel>
          <Panel title="This installation">
            <SettingsForm
              settings={items.filter(({ key }) => !key.startsWith("default_") && !RETENTION_KEYS.includes(key))}
            />
          </Panel>
        </>
      )}
    </Loaded>
  );
}

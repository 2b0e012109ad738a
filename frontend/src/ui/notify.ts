import { notifications } from "@mantine/notifications";

export function notifyDone(message: string): void {
  notifications.show({ message, color: "teal" });
}

/** Stays longer than good news: it has to be read. */
export function notifyFailed(message: string): void {
  notifications.show({ title: "That did not work", message, color: "red", autoClose: 12_000 });
}

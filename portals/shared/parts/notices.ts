import { notifications } from '@mantine/notifications';

/** A short word that something happened, read out where a screen reader listens. */
export function notifyDone(message: string): void {
  notifications.show({ message, color: 'green', withBorder: true });
}

export function notifyFailed(message: string): void {
  notifications.show({ message, color: 'red', withBorder: true, autoClose: 10_000 });
}

import { notifications } from '@mantine/notifications';
import i18next from 'i18next';

function notify(message: string, looks: { color: string; autoClose?: number }): void {
  const closeButtonProps = { 'aria-label': i18next.t('parts.close') };
  notifications.show({ message, withBorder: true, closeButtonProps, ...looks });
}

/** A short word that something happened, read out where a screen reader listens. */
export function notifyDone(message: string): void {
  notify(message, { color: 'green' });
}

export function notifyFailed(message: string): void {
  notify(message, { color: 'red', autoClose: 10_000 });
}

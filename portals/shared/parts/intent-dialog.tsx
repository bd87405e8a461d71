import { Button, Group, Modal, Stack } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { newIntentKey } from '../rest/client.ts';
import { asProblem } from '../rest/problem.ts';
import { ProblemPanel } from './problem-panel.tsx';
import { useFocusBack } from './use-focus-back.ts';

interface IntentDialogProps {
  title: string;
  confirm: string;
  danger?: boolean;
  /** Nothing to send yet. */
  disabled?: boolean;
  size?: string;
  children: ReactNode;
  /** Sent under one idempotency key for as long as the dialog is open, which closes when it resolves to anything but false. */
  onConfirm: (key: string) => Promise<unknown>;
  onClose: () => void;
}

/** Asks before something happens, says what will, and stays with the problem where it did not. */
export function IntentDialog(props: IntentDialogProps): ReactNode {
  const { t } = useTranslation();
  useFocusBack();
  const [key, setKey] = useState(newIntentKey);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);

  async function send(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      if ((await props.onConfirm(key)) !== false) props.onClose();
    } catch (problem) {
      setError(problem);
      if (isRefused(problem)) setKey(newIntentKey());
    } finally {
      setBusy(false);
    }
  }

  return (
    <Modal.Root opened onClose={props.onClose} size={props.size ?? 'md'} centered>
      <Modal.Overlay backgroundOpacity={0.5} />
      <Modal.Content radius="lg">
        <Group justify="space-between" wrap="nowrap" px="md" pt="md">
          <Modal.Title fw={650} fz="lg" className="break-anywhere">
            {props.title}
          </Modal.Title>
          <Modal.CloseButton aria-label={t('parts.close')} />
        </Group>
        <Modal.Body pt="md">
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void send();
            }}
          >
            <Stack>
              {props.children}
              {error !== null && <ProblemPanel error={error} />}
              <Group justify="flex-end" gap="sm">
                <Button variant="default" onClick={props.onClose}>
                  {t('parts.dismiss')}
                </Button>
                <Button
                  type="submit"
                  loading={isBusy}
                  disabled={props.disabled}
                  {...(props.danger ? { color: 'red' } : {})}
                >
                  {props.confirm}
                </Button>
              </Group>
            </Stack>
          </form>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** A refused intention is over, and what is sent after a correction is another one. Where nobody knows, the key stays. */
function isRefused(error: unknown): boolean {
  const { status, code } = asProblem(error);
  return status >= 400 && status < 500 && code !== 'idempotency_key_in_use';
}

import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem } from '../rest/problem.ts';
import { ProblemPanel } from './problem-panel.tsx';
import { useFocusBack } from './use-focus-back.ts';
import { useIntentKey } from './use-intent-key.ts';

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
  const { key, onProblem } = useIntentKey();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);

  async function send(): Promise<void> {
    setBusy(true);
    setError(null);
    try {
      if ((await sendOnce(() => props.onConfirm(key))) !== false) props.onClose();
    } catch (problem) {
      setError(problem);
      onProblem(problem);
    } finally {
      setBusy(false);
    }
  }

  const isUnanswered = error !== null && asProblem(error).code === 'unreachable';
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
              {isUnanswered && <Text size="sm">{t('parts.unanswered')}</Text>}
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
                  {isUnanswered ? t('problem.again') : props.confirm}
                </Button>
              </Group>
            </Stack>
          </form>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

const lookAgainMs = 1_000;
const looksMax = 30;

/** What was sent before under the same key, and is still being done, is waited for. */
async function sendOnce(send: () => Promise<unknown>): Promise<unknown> {
  for (let looks = 0; ; looks += 1) {
    try {
      return await send();
    } catch (problem) {
      if (asProblem(problem).code !== 'idempotency_key_in_use' || looks === looksMax) throw problem;
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
    }
  }
}

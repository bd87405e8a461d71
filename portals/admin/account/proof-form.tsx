import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { ProblemPanel } from '../../shared/parts/problem-panel.tsx';

export interface ProofField {
  label: string;
  description?: string;
  /** `current-password`, `new-password`, `one-time-code`. */
  autoComplete: string;
}

/** A few secrets to be shown, and one button: what was typed is forgotten once it was sent. */
export function ProofForm(props: {
  fields: readonly ProofField[];
  button: string;
  danger?: boolean;
  /** In the order of the fields. */
  send: (values: readonly string[]) => Promise<unknown>;
}): ReactNode {
  const empty = props.fields.map(() => '');
  const [values, setValues] = useState(empty);
  const sending = useMutation({ mutationFn: props.send, onSettled: () => setValues(empty) });
  function submit(event: FormEvent): void {
    event.preventDefault();
    sending.mutate(values);
  }
  return (
    <form onSubmit={submit}>
      <Stack maw={420}>
        {props.fields.map(({ label, description, autoComplete }, index) => (
          <TextInput
            key={label}
            label={label}
            description={description}
            type={autoComplete === 'one-time-code' ? 'text' : 'password'}
            autoComplete={autoComplete}
            required
            maxLength={128}
            value={values[index] ?? ''}
            onChange={({ currentTarget }) => setValues(values.with(index, currentTarget.value))}
          />
        ))}
        {sending.isError && <ProblemPanel error={sending.error} />}
        <Group>
          <Button type="submit" loading={sending.isPending} {...(props.danger ? { color: 'red' } : {})}>
            {props.button}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

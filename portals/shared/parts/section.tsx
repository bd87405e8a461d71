import { Group, Paper, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';

/** A part of a page under a heading of its own. */
export function Section(props: { title: string; actions?: ReactNode; children: ReactNode }): ReactNode {
  const id = useId();
  return (
    <Paper component="section" aria-labelledby={id} mb="lg">
      <Group justify="space-between" mb="sm" gap="sm">
        <Title order={2} id={id}>
          {props.title}
        </Title>
        {props.actions}
      </Group>
      {props.children}
    </Paper>
  );
}

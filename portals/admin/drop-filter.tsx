import { Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** What a list is narrowed to, and the way out of it. */
export function DropFilter(props: { shown: string; label: string; onDrop: () => void }): ReactNode {
  return (
    <Button
      variant="light"
      maw="100%"
      rightSection={<IconX size={16} aria-hidden />}
      aria-label={props.label}
      onClick={props.onDrop}
    >
      {props.shown}
    </Button>
  );
}

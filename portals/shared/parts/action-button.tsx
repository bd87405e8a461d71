import { Button, Tooltip, VisuallyHidden } from '@mantine/core';
import { type ReactNode, useId } from 'react';

/** An action that may be forbidden at present: then it stays in reach of the keyboard and says why. */
export function ActionButton(props: {
  label: string;
  /** Why not; absent where it may. */
  forbidden?: string | undefined;
  danger?: boolean;
  onClick: () => void;
}): ReactNode {
  const id = useId();
  if (props.forbidden === undefined) {
    return (
      <Button {...(props.danger ? { color: 'red', variant: 'light' } : { variant: 'default' })} onClick={props.onClick}>
        {props.label}
      </Button>
    );
  }
  return (
    <Tooltip label={props.forbidden} events={{ hover: true, focus: true, touch: true }}>
      <Button
        variant="default"
        data-disabled
        aria-disabled
        aria-describedby={id}
        onClick={(event) => event.preventDefault()}
      >
        {props.label}
        <VisuallyHidden id={id}>{props.forbidden}</VisuallyHidden>
      </Button>
    </Tooltip>
  );
}

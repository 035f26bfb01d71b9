/*
 * What resources of a stack hold. Each method makes one or two small calls, and throws where nobody can look (`AWS_*`): what
 * cannot be looked at counts as data. What does not exist holds nothing.
 */

export interface QueueGateway {
  /** Messages that can be received, that are being received, and that wait for their delay. */
  countMessages(url: string): Promise<number>;
}

export interface TableGateway {
  isEmpty(name: string): Promise<boolean>;
}

export interface TopicGateway {
  /** A topic keeps no messages: its subscriptions are its state. ARNs, or `PendingConfirmation` for one that nobody has confirmed. */
  listSubscriptions(arn: string): Promise<string[]>;
}

interface LogGroupFacts {
  /** As CloudWatch last counted them, which may be hours ago. */
  readonly storedBytes: number;
  /** Whether nobody has ever written into it. */
  readonly isEmpty: boolean;
}

export interface LogGroupGateway {
  /** Null if it does not exist. */
  describe(name: string): Promise<LogGroupFacts | null>;
}

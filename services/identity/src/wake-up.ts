/** A bell between those who leave work and the one who does it in rounds. Rung while nobody waits, it is not lost. */
export class WakeUp {
  #rung = false;
  #ring: () => void = () => undefined;

  ring(): void {
    this.#rung = true;
    this.#ring();
  }

  /** Resolves when the bell rings, at the latest after `ms`. */
  async next(ms: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#ring = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#rung = false;
    this.#ring = () => undefined;
  }
}

import { grid } from '@unroll/table'
import { SingleBar } from 'cli-progress'
import { engineName, faint, heading, nameOf, percent, rate } from '../report.ts'
import type { Judgement } from './judge.ts'
import type { TrainingProgress, TrainingRun } from './trainingRun.ts'

type Write = (text: string) => Promise<void>

/** Shows how a run goes: a live line on a terminal, lines of text or JSON elsewhere. */
export class TrainingReport {
  readonly #run: TrainingRun
  readonly #json: boolean
  readonly #write: Write
  readonly #bar: SingleBar | null
  /** Steps of the whole run, and of it before this program began. */
  readonly #total: number
  readonly #before: number
  readonly #start = performance.now()
  #words = 0
  #accuracy: number | null = null

  /** @param before steps that were done when the run went on */
  constructor(run: TrainingRun, before: number, json: boolean, write: Write) {
    this.#run = run
    this.#before = before
    this.#json = json
    this.#write = write
    this.#total = run.settings.epochs * run.batches
    this.#bar = process.stderr.isTTY
      ? new SingleBar({ format: `{bar} {text}`, barsize: 16, clearOnComplete: true })
      : null
  }

  async begin(): Promise<void> {
    const { words, model, settings, batches } = this.#run
    const count = (lists: readonly (readonly string[])[]): number =>
      lists.reduce((sum, { length }) => sum + length, 0)
    const facts = {
      languages: words.languages,
      words: count(words.training),
      heldOut: count(words.heldOut),
      parameters: model.parameters().reduce((sum, { numel }) => sum + numel, 0),
      epochs: settings.epochs,
      batches,
      engine: engineName(model.lstm.engine),
    }
    const from = this.#before > 0 ? `, on from batch ${number(this.#before)} of ${number(this.#total)}` : ''
    await this.#print(
      facts,
      `${heading(`Learning ${facts.languages.map(nameOf).join(', ')}`)}
${number(facts.words)} words, and ${number(facts.heldOut)} held out; ${number(facts.parameters)} parameters
${counted(facts.epochs, 'epoch', 'epochs')} of ${counted(batches, 'batch', 'batches')}${from}; engine ${facts.engine}

`,
    )
    this.#bar?.start(this.#total, this.#before, { text: '' })
  }

  /** A step is done. */
  step(progress: TrainingProgress, words: number): void {
    this.#words += words
    this.#bar?.update(progress.step, { text: this.#text(progress) })
  }

  /** A line of progress, with the accuracy on held-out words. */
  async line(progress: TrainingProgress, accuracy: number): Promise<void> {
    this.#accuracy = accuracy
    this.#bar?.stop()
    await this.#print(
      { ...this.#place(progress), accuracy, ...this.#pace(progress) },
      `${this.#text(progress)}\n`,
    )
    this.#bar?.start(this.#total, progress.step, { text: this.#text(progress) })
  }

  /** Takes the live line away. */
  end(): void {
    this.#bar?.stop()
  }

  async stopped(path: string, { step }: TrainingProgress): Promise<void> {
    await this.#print(
      { stopped: path, step },
      `\nStopped after ${number(step)} of ${number(this.#total)} batches, saved as ${path}
To go on: npm start -- train --resume ${path}
`,
    )
  }

  async trained({ words, accuracy, languages }: Judgement): Promise<void> {
    const { out } = this.#run.settings
    const rows = languages.map(({ language, accuracy, mistakes }) => [
      nameOf(language),
      percent(accuracy),
      mistakes
        .slice(0, 3)
        .map(([other, count]) => `${nameOf(other)} ${count}`)
        .join(', '),
    ])
    await this.#print(
      { saved: out, words, accuracy, languages },
      `\n${grid([['held-out', 'right', 'the others taken for'].map(faint), ...rows], { aligns: ['left', 'right', 'left'] })}
${percent(accuracy)} of ${number(words)} held-out words are right
Saved as ${out}. To use it: npm start -- --model ${out} hello
`,
    )
  }

  #print(facts: object, text: string): Promise<void> {
    return this.#write(this.#json ? `${JSON.stringify(facts)}\n` : text)
  }

  #text(progress: TrainingProgress): string {
    const { epoch, batch, loss } = this.#place(progress)
    const { wordsPerSecond, secondsLeft } = this.#pace(progress)
    const { settings, batches } = this.#run
    const right = this.#accuracy === null ? '' : `, held-out ${percent(this.#accuracy)}`
    return `epoch ${epoch}/${settings.epochs}, batch ${batch}/${batches}: loss ${loss.toFixed(3)}${right}, ${rate(wordsPerSecond)}, ${duration(secondsLeft)} left`
  }

  /** Epoch and batch from 1, and the mean loss since the last line. */
  #place({ step, losses }: TrainingProgress): { epoch: number; batch: number; loss: number } {
    const { batches } = this.#run
    return {
      epoch: Math.ceil(step / batches),
      batch: ((step - 1) % batches) + 1,
      loss: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
    }
  }

  #pace({ step }: TrainingProgress): { wordsPerSecond: number; secondsLeft: number } {
    const seconds = (performance.now() - this.#start) / 1000
    return {
      wordsPerSecond: this.#words / seconds,
      secondsLeft: (seconds / (step - this.#before)) * (this.#total - step),
    }
  }
}

function number(value: number): string {
  return value.toLocaleString('en')
}

function counted(count: number, one: string, many: string): string {
  return `${number(count)} ${count === 1 ? one : many}`
}

function duration(seconds: number): string {
  if (seconds < 100) return `${Math.round(seconds)} s`
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}

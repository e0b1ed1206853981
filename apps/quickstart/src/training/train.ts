import { constants } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import { isBrokenPipe } from '../brokenPipe.ts'
import { readChecked, readModel } from '../readModel.ts'
import { judge } from './judge.ts'
import { checkOutput, replaceFile } from './replaceFile.ts'
import { readTexts } from './textFiles.ts'
import { TrainingReport } from './trainingReport.ts'
import { type TrainingProgress, TrainingRun, type TrainingSettings } from './trainingRun.ts'
import type { TrainOptions } from './trainOptions.ts'
import { readWordLists } from './wordLists.ts'

/** Steps between two lines of progress, as in train.py. Each epoch ends with one, too. */
const REPORT_EVERY = 250
/** Held-out words a language, as in train.py; and those of them that are read for a line of progress. */
const HELD_OUT = 2_500
const SAMPLE = 100
/** What ends a program kindly: Ctrl-C, `kill`, a terminal that is closed. */
const STOPS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const DICT = '/usr/share/dict'

/**
 * Trains a model and writes it, or writes the run when a signal stops it or nobody reads the output any more.
 * @returns the exit code, which is 128 and the number of the signal if one stopped it
 * @throws UserError
 */
export async function train(
  options: Exclude<TrainOptions, { help: true }>,
  write: (text: string) => Promise<void>,
): Promise<number> {
  const { run, progress } = 'resume' in options ? await resume(options.resume) : await begin(options.settings)
  const { out } = run.settings
  const report = new TrainingReport(run, progress.step, options.json, write)
  const stop = new AbortController()
  // Once: a second Ctrl-C ends the program in the usual way.
  for (const name of STOPS) process.once(name, () => stop.abort(128 + constants.signals[name]))
  const path = out.replace(/\.pt$/, '.run.pt')
  const save = (): Promise<void> => replaceFile(path, run.checkpoint(progress))

  await report.begin()
  try {
    await work(run, progress, report, stop.signal)
  } catch (error) {
    if (isBrokenPipe(error)) {
      await save()
      console.error(`Nobody reads the output any more. The run is saved as ${path}`)
    }
    throw error
  } finally {
    report.end()
  }
  if (stop.signal.aborted) {
    await save()
    await report.stopped(path, progress)
    return stop.signal.reason
  }
  await replaceFile(out, run.modelFile())
  await report.trained(judge(run, HELD_OUT))
  return 0
}

/** Goes to the end of the run, or to where the signal stops it. */
async function work(
  run: TrainingRun,
  progress: TrainingProgress,
  report: TrainingReport,
  signal: AbortSignal,
): Promise<void> {
  for (const { loss, words } of run.steps()) {
    progress.step++
    progress.losses.push(loss)
    report.step(progress, words)
    if ((progress.step % run.batches) % REPORT_EVERY === 0) {
      await report.line(progress, judge(run, SAMPLE).accuracy)
      progress.losses = []
    }
    await setImmediate() // lets signals through
    if (signal.aborted) return
  }
}

interface Started {
  readonly run: TrainingRun
  readonly progress: TrainingProgress
}

async function begin(settings: TrainingSettings): Promise<Started> {
  await checkOutput(settings.out)
  const { texts, seed } = settings
  const words =
    texts.length > 0 ? await readTexts(texts, seed, HELD_OUT) : await readWordLists(DICT, seed, HELD_OUT)
  return { run: new TrainingRun(settings, words), progress: { step: 0, losses: [] } }
}

function resume(path: string): Promise<Started> {
  return readChecked(path, 'a run of npm start -- train that Ctrl-C stopped', async () => {
    const saved = await readModel(path)
    const settings = saved.dict('settings')
    const { run } = await begin({
      texts: settings.strings('texts'),
      out: settings.string('out'),
      epochs: settings.number('epochs'),
      seed: settings.number('seed'),
    })
    return { run, progress: await run.restore(path, saved) }
  })
}

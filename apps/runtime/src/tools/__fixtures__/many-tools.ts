import type { JsonSchema, Tool } from '@rt/core'
import { tool } from '@rt/tools'

/** A tool, and something a user may say when it is the right one. */
export interface AskedTool {
  tool: Tool
  question: string
}

interface Thing {
  name: string
  /** What a description calls it. */
  described: string
  /** What a user calls it. */
  said: string
  /** Its fields, with what they are. */
  fields: Record<string, string>
}

/** Services as they offer themselves to agents: what each does, and what it keeps. */
const SERVICES: Record<string, { of: string; things: [Thing, Thing] }> = {
  github: {
    of: 'a GitHub repository',
    things: [
      thing('issue', 'an issue', 'bug report on GitHub', { title: 'Short summary', labels: 'Labels such as bug' }),
      thing('pull_request', 'a pull request', 'pull request', { base: 'Target branch', head: 'Branch with changes' }),
    ],
  },
  jira: {
    of: 'the Jira project',
    things: [
      thing('ticket', 'a ticket', 'Jira ticket', { summary: 'One line', priority: 'High, medium or low' }),
      thing('sprint', 'a sprint', 'sprint of our team', { goal: 'What is to be reached', ends: 'Last day' }),
    ],
  },
  slack: {
    of: 'the Slack workspace',
    things: [
      thing('channel', 'a channel', 'Slack channel', { topic: 'What it is about', members: 'Who is in it' }),
      thing('message', 'a chat message', 'Slack message', { channel: 'Where', text: 'What it says' }),
    ],
  },
  mail: {
    of: 'the mailbox',
    things: [
      thing('draft', 'a draft of an e-mail', 'e-mail draft', { to: 'Recipients', subject: 'Subject line' }),
      thing('filter', 'a filter rule for incoming mail', 'rule that sorts my mail', { sender: 'From whom' }),
    ],
  },
  calendar: {
    of: 'the calendar',
    things: [
      thing('event', 'an event', 'meeting', { start: 'When it begins', attendees: 'Who is invited' }),
      thing('reminder', 'a reminder', 'reminder', { at: 'When to remind', text: 'Of what' }),
    ],
  },
  drive: {
    of: 'the shared drive',
    things: [
      thing('document', 'a text document', 'document on the drive', { folder: 'Where it lies', body: 'Text' }),
      thing('spreadsheet', 'a spreadsheet', 'spreadsheet', { rows: 'Rows of cells', sheet: 'Name of the sheet' }),
    ],
  },
  stripe: {
    of: 'the Stripe account',
    things: [
      thing('invoice', 'an invoice for a customer', 'bill for a customer', { amount: 'Cents', due: 'Due date' }),
      thing('refund', 'a refund of a payment', 'money back for a charge', { charge: 'Payment', amount: 'Cents' }),
    ],
  },
  crm: {
    of: 'the customer database',
    things: [
      thing('contact', 'a contact person', 'contact of a client', { email: 'Address', company: 'Employer' }),
      thing('deal', 'a sales opportunity', 'sales deal', { value: 'Expected revenue', stage: 'Stage of the sale' }),
    ],
  },
  shop: {
    of: 'the web shop',
    things: [
      thing('product', 'a product of the catalogue', 'article in our shop', { price: 'Price', stock: 'Pieces left' }),
      thing('order', 'an order of a customer', 'purchase a customer made', { items: 'What was bought' }),
    ],
  },
  parcel: {
    of: 'the parcel service',
    things: [
      thing('shipment', 'a shipment with its tracking', 'parcel delivery', { weight: 'Kilograms', to: 'Address' }),
      thing('pickup', 'a pickup by a courier', 'courier pickup', { from: 'Address', at: 'Time window' }),
    ],
  },
  travel: {
    of: 'the travel agency',
    things: [
      thing('flight_booking', 'a flight booking', 'plane ticket', { from: 'Airport', to: 'Airport', date: 'Day' }),
      thing('hotel_booking', 'a hotel reservation', 'hotel room', { city: 'Where', nights: 'How many nights' }),
    ],
  },
  music: {
    of: 'the music library',
    things: [
      thing('playlist', 'a playlist', 'list of songs', { songs: 'Titles in order', name: 'Its name' }),
      thing('podcast', 'a subscription to a podcast', 'podcast', { feed: 'Address of its feed' }),
    ],
  },
  home: {
    of: 'the smart home',
    things: [
      thing('light_scene', 'a scene of lamps', 'lighting in the living room', { room: 'Room', brightness: 'Percent' }),
      thing('thermostat_schedule', 'a heating schedule', 'heating times', { degrees: 'Temperature', from: 'Time' }),
    ],
  },
  cloud: {
    of: 'the cloud account',
    things: [
      thing('virtual_machine', 'a virtual machine', 'server in the cloud', { size: 'CPU and memory', image: 'System' }),
      thing('storage_bucket', 'a bucket for objects', 'storage bucket', { region: 'Where', public: 'Open to all' }),
    ],
  },
  dns: {
    of: 'the DNS zone',
    things: [
      thing('record', 'a DNS record', 'DNS entry for a domain', { type: 'A, CNAME or TXT', value: 'Where it points' }),
      thing('certificate', 'a TLS certificate', 'TLS certificate', { domain: 'Host name', expires: 'Last day' }),
    ],
  },
  monitoring: {
    of: 'the monitoring system',
    things: [
      thing('alert_rule', 'an alert rule', 'alarm for when something breaks', { metric: 'What is watched' }),
      thing('dashboard', 'a dashboard of charts', 'dashboard with graphs', { panels: 'Charts on it' }),
    ],
  },
  hr: {
    of: 'the human resources system',
    things: [
      thing('leave_request', 'a request for leave', 'vacation days', { from: 'First day', until: 'Last day' }),
      thing('employee', 'an employee record', 'personnel file', { department: 'Where they work', role: 'Position' }),
    ],
  },
  recruiting: {
    of: 'the recruiting portal',
    things: [
      thing('job_posting', 'a job posting', 'job advert', { title: 'Position', salary: 'Range' }),
      thing('interview', 'an interview with a candidate', 'candidate interview', { candidate: 'Who', panel: 'Who asks' }),
    ],
  },
  survey: {
    of: 'the survey tool',
    things: [
      thing('questionnaire', 'a questionnaire', 'survey', { questions: 'What is asked', closes: 'Last day' }),
      thing('response', 'a response to a survey', 'answer somebody gave in a survey', { answers: 'Answers' }),
    ],
  },
  kitchen: {
    of: 'the cook book',
    things: [
      thing('recipe', 'a recipe', 'recipe for dinner', { ingredients: 'What goes in', minutes: 'How long' }),
      thing('shopping_list', 'a shopping list', 'list of groceries to buy', { items: 'What to buy' }),
    ],
  },
}

function thing(name: string, described: string, said: string, fields: Record<string, string>): Thing {
  return { name, described, said, fields }
}

const ACTIONS: Record<string, { does: string; asks: (said: string) => string[] }> = {
  create: {
    does: 'Creates',
    asks: (said) => [`I need a new ${said}.`, `Could you set up another ${said} for me?`, `Please add a ${said}.`],
  },
  list: {
    does: 'Lists, with filters and pages, every one of what is kept as',
    asks: (said) => [`What do we have of this kind: ${said}?`, `Give me an overview: ${said}.`, `Show every ${said}.`],
  },
  get: {
    does: 'Reads all details of',
    asks: (said) => [`Look up the ${said} from last week.`, `What exactly is in that ${said}?`, `Open the ${said}.`],
  },
  update: {
    does: 'Changes fields of',
    asks: (said) => [`The ${said} is wrong, correct it.`, `Please edit the ${said}.`, `Change something in the ${said}.`],
  },
  delete: {
    does: 'Deletes for good',
    asks: (said) => [`Get rid of the ${said}.`, `Remove the ${said} we no longer need.`, `Cancel that ${said}.`],
  },
}

/** 200 tools as 20 services with their usual five actions on two kinds of things would offer them; the same each time. */
export const manyTools = (): AskedTool[] =>
  Object.entries(SERVICES).flatMap(([service, { of, things }], s) =>
    things.flatMap(({ name, described, said, fields }, t) =>
      Object.entries(ACTIONS).map(([action, { does, asks }], a): AskedTool => {
        const questions = asks(said)
        return {
          question: questions[(s + t + a) % questions.length]!,
          tool: tool({
            name: `${service}_${action}_${name}`,
            description: `${does} ${described} in ${of}.`,
            inputSchema: { jsonSchema: schemaOf(action, name, fields) },
            execute: () => ({ done: `${service}_${action}_${name}` }),
          }),
        }
      }),
    ),
  )

const schemaOf = (action: string, name: string, fields: Record<string, string>): JsonSchema => {
  const id = { id: { type: 'string', description: `Identifier of the ${name.replaceAll('_', ' ')}` } }
  const values = Object.fromEntries(
    Object.entries(fields).map(([field, description]) => [field, { type: 'string', description }]),
  )
  const page = {
    query: { type: 'string', description: 'Words it must contain' },
    limit: { type: 'integer', minimum: 1, maximum: 100, description: 'Most results' },
  }
  const properties = { create: values, list: page, update: { ...id, ...values } }[action] ?? id
  return { type: 'object', properties, required: Object.keys(properties).slice(0, 1), additionalProperties: false }
}

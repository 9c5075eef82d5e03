// SPDX-License-Identifier: Apache-2.0
'use strict';
(function () {
  var data = JSON.parse(document.getElementById('data').textContent);
  var sections = data.sections || {};
  var page = document.getElementById('page');
  var dark = window.matchMedia && window.matchMedia('(prefers-color-scheme: dark)').matches;
  var narrow = window.innerWidth < 600;
  var charts = [];
  var COLORS = ['#2f6fde', '#d9822b', '#2a9d6f', '#b5438d', '#7a5cd6', '#8c6d1f', '#d1495b', '#3aa6b9', '#6b7280',
    '#94b447', '#c2703d', '#5470c6', '#ee6666', '#73c0de', '#3ba272', '#fc8452', '#9a60b4', '#ea7ccc', '#a0a7b5', '#c4b000'];

  function el(tag, text, cls) {
    var e = document.createElement(tag);
    if (text !== undefined && text !== null) { e.textContent = text; }
    if (cls) { e.className = cls; }
    return e;
  }
  function add(parent, tag, text, cls) { var e = el(tag, text, cls); parent.appendChild(e); return e; }
  function num(value, digits) {
    if (value === null || value === undefined || isNaN(value)) { return '–'; }
    return Number(value).toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }
  function us(ns) { return ns === undefined || ns === null ? '–' : num(ns / 1000, ns < 10000 ? 2 : 1); }
  function nice(ns) {
    if (ns < 1000) { return ns + ' ns'; }
    if (ns < 1e6) { return ns / 1000 + ' µs'; }
    return ns < 1e9 ? ns / 1e6 + ' ms' : ns / 1e9 + ' s';
  }
  function heading(title, words) {
    add(page, 'h2', title);
    if (words) { add(page, 'p', words, 'soft'); }
  }
  function table(head, rows, cls) {
    var t = add(page, 'table', null, cls);
    var tr = add(add(t, 'thead'), 'tr');
    head.forEach(function (h) { add(tr, 'th', h); });
    var body = add(t, 'tbody');
    rows.forEach(function (row) {
      var line = add(body, 'tr');
      row.forEach(function (cell, i) {
        var c = add(line, 'td');
        // For narrow pages, where a row is a list of its cells, each with its heading.
        c.setAttribute('data-head', head[i]);
        add(c, 'span', cell && cell.cls ? cell.text : cell, cell && cell.cls);
      });
    });
  }
  /** The tables of a section, as the text output has them. */
  function tables(key) {
    ((data.tables || {})[key] || []).forEach(function (t) {
      if (t.title) { add(page, 'h3', t.title); }
      table(t.head, t.rows);
    });
  }
  function chart(label, option, height) {
    var div = add(page, 'div', null, 'chart');
    if (height) { div.style.height = height + 'px'; }
    div.setAttribute('role', 'img');
    div.setAttribute('aria-label', label);
    var made = echarts.init(div, dark ? 'dark' : null, { renderer: 'svg' });
    option.animation = false;
    option.backgroundColor = 'transparent';
    option.color = COLORS;
    made.setOption(option);
    charts.push(made);
  }
  var SHOWN = ['c-floor', 'varhandle-ring', 'tickbus-spin', 'tickbus-predictive', 'tickbus-park', 'aeron-ipc', 'chronicle-queue',
    'agrona-broadcast', 'futex', 'kill-sigwait', 'oneway', 'wakeup'];
  // The others at a touch: twenty lines at once cannot be told apart.
  function legend(names) {
    var selected = {};
    names.forEach(function (n) { selected[n] = names.length < 8 || SHOWN.indexOf(n) >= 0; });
    return { type: 'scroll', bottom: 0, data: names, selected: selected, textStyle: { fontSize: narrow ? 10 : 12 } };
  }
  function logAxis(name) {
    return { type: 'log', name: name, nameLocation: 'end', nameTextStyle: { align: 'left' },
      axisLabel: { formatter: nice }, minorSplitLine: { show: false } };
  }
  function disturbed(section) {
    if (section && section.disturbed) {
      add(page, 'p', 'The host was too busy during this part: an idle thread lost more than a tenth of its time. '
        + 'Read the figures as orientation.', 'warning');
    }
  }
  function hiccupLine(section) {
    var h = section && section.hiccup;
    if (h && h.watchedNs) {
      add(page, 'p', 'Hiccup meter beside this: an idle spinning thread lost ' + num(h.stolenNs / 1e6, 1) + ' ms of '
        + num(h.watchedNs / 1e6, 0) + ' ms, ' + h.count + ' times, at most ' + num(h.maxNs / 1e6, 2) + ' ms.', 'soft');
    }
  }

  function head() {
    add(page, 'h1', 'Tickbus benchmark report');
    add(page, 'p', [data.startedAt, data.mode ? data.mode + ' run' : null, data.seconds ? data.seconds + ' s' : null,
      (data.environment || {}).cpuModel, (data.environment || {}).virtualization, (data.environment || {}).jdk]
      .filter(Boolean).join(' · '), 'soft');
    var busy = (sections.oneway || {}).disturbed || (sections.wakeup || {}).disturbed;
    var box = add(page, 'div', null, 'headline' + (busy ? ' busy' : ''));
    var lines = data.headlines || [];
    lines.forEach(function (line) { add(box, 'p', line); });
    if (!lines.length) { add(box, 'p', 'Nothing was measured that a headline could be made of.'); }
    if (busy) { add(box, 'p', 'Not judged: the host was too busy for a verdict.', 'warning'); }
  }

  function claims() {
    heading('What was claimed, what was measured here',
      'The targets are figures of a Go programme on four virtual processors, measured elsewhere.');
    table(['', 'verdict', 'target', 'measured here'], (data.claims || []).map(function (c) {
      var cls = c.verdict === 'holds' ? 'holds' : c.verdict === 'missed' ? 'missed' : 'open';
      return [c.row, { text: c.verdict, cls: cls }, c.claim, c.measured];
    }), 'claims');
  }

  function oneway() {
    var s = sections.oneway;
    if (!s) { return; }
    var list = s.transports || [];
    heading('One way, from process to process',
      'From the intended time of a message to its receipt; all transports in turn in the same two pinned processes.');
    disturbed(s);
    chart('Latency by percentile of ' + list.map(function (t) { return t.name; }).join(', '), {
      tooltip: { trigger: 'item', formatter: function (p) {
        return p.seriesName + '<br>' + num(100 * (1 - 1 / p.value[0]), 3) + ' %: ' + us(p.value[1]) + ' µs'; } },
      legend: legend(list.map(function (t) { return t.name; })),
      grid: { left: narrow ? 52 : 64, right: narrow ? 12 : 30, top: 40, bottom: 70 },
      xAxis: { type: 'log', min: 1, axisLabel: { formatter: function (v) {
        return v === 1 ? '0 %' : num(100 * (1 - 1 / v), Math.max(0, Math.round(Math.log10(v)) - 2)) + ' %'; } },
        name: 'percentile', nameLocation: 'middle', nameGap: 26 },
      yAxis: logAxis('latency'),
      series: list.map(function (t) {
        return { name: t.name, type: 'line', showSymbol: false, data: (t.percentiles || []).filter(function (p) {
          return p[0] < 100 && p[1] > 0; }).map(function (p) { return [1 / (1 - p[0] / 100), p[1]]; }) };
      })
    });
    tables('oneway');
    notes(s);
    hiccupLine(s);
    ratios(list);
    settings(list);
  }

  function ratios(list) {
    var ranked = list.filter(function (t) {
      return t.ratioToFloor && t.ratioToFloor.p50 && t.ratioToFloor.p50 < 20 && !(t.lost > 0); });
    if (!ranked.length) { return; }
    ranked.sort(function (a, b) { return b.ratioToFloor.p50 - a.ratioToFloor.p50; });
    heading('Times the floor',
      'Median of each round divided by that of a C loop in the same round: this repeats when absolute figures do not. '
      + 'The bar is the middle half of all rounds, the mark their median. Those beyond 20 times are left out.');
    chart('Ratio to the floor of ' + ranked.map(function (t) { return t.name + ' ' + num(t.ratioToFloor.p50, 2); }).join(', '), {
      grid: { left: narrow ? 116 : 160, right: 56, top: 10, bottom: 30 },
      xAxis: { type: 'value', scale: true, splitNumber: narrow ? 3 : 5, axisLabel: { formatter: '{value} ×' } },
      yAxis: { type: 'category', data: ranked.map(function (t) { return t.name; }), axisLabel: { fontSize: narrow ? 10 : 12 } },
      series: [{ type: 'custom', renderItem: function (params, api) {
        var i = api.value(0);
        var a = api.coord([api.value(1), i]);
        var m = api.coord([api.value(2), i]);
        var b = api.coord([api.value(3), i]);
        return { type: 'group', children: [
          { type: 'rect', shape: { x: a[0], y: a[1] - 8, width: Math.max(2, b[0] - a[0]), height: 16 },
            style: { fill: COLORS[0], opacity: 0.45 } },
          { type: 'rect', shape: { x: m[0] - 1.5, y: m[1] - 10, width: 3, height: 20 }, style: { fill: COLORS[0] } },
          { type: 'text', style: { text: num(api.value(2), 2), x: b[0] + 6, y: m[1], verticalAlign: 'middle',
            fill: dark ? '#e8ecf2' : '#1c2330', fontSize: 12 } }] };
      }, encode: { x: [1, 2, 3], y: 0 }, data: ranked.map(function (t, i) {
        return [i, t.ratioToFloor.p25, t.ratioToFloor.p50, t.ratioToFloor.p75]; }) }]
    }, Math.max(150, 60 + 34 * ranked.length));
  }

  function settings(list) {
    var d = add(page, 'details');
    add(d, 'summary', 'How each transport was set up');
    list.forEach(function (t) {
      var p = add(d, 'p');
      add(p, 'b', t.name + ': ');
      p.appendChild(document.createTextNode(t.settings || ''));
    });
  }

  function wakeup() {
    var s = sections.wakeup;
    if (!s) { return; }
    var legs = (s.legs || []).filter(function (l) { return l.latencyNs && l.idleStates !== 'forbidden'; });
    var names = legs.map(function (l) { return l.name; }).filter(function (n, i, all) { return all.indexOf(n) === i; });
    heading('Waking a receiver that sleeps',
      'Median latency by how long it has slept. A wake-up by the kernel costs the more the longer the sleep; a '
      + 'predictive subscriber sleeps until shortly before the announced deadline and spins over the rest.');
    disturbed(s);
    chart('Median wake-up latency by idle gap', {
      tooltip: { trigger: 'item', formatter: function (p) {
        return p.seriesName + '<br>after ' + nice(p.value[0]) + ': ' + us(p.value[1]) + ' µs'; } },
      legend: legend(names),
      grid: { left: narrow ? 52 : 64, right: narrow ? 12 : 30, top: 40, bottom: 70 },
      xAxis: { type: 'log', name: 'idle gap', nameLocation: 'middle', nameGap: 26, axisLabel: { formatter: nice } },
      yAxis: logAxis('p50'),
      series: names.map(function (n) {
        return { name: n, type: 'line', symbolSize: 6, lineStyle: { width: n.indexOf('tickbus') === 0 ? 3 : 1.5 },
          data: legs.filter(function (l) { return l.name === n && l.latencyNs.p50 > 0; }).map(function (l) {
            return [l.gapNs, l.latencyNs.p50]; }) };
      })
    });
    tables('wakeup');
    notes(s);
    hiccupLine(s);
  }

  function throughput() {
    var s = sections.throughput;
    if (!s) { return; }
    var runs = s.runs || [];
    heading('Messages a second', 'One writer, one or more readers, each a process. The benchmark holds the writer back '
      + 'for the slowest reader, so that nothing is overwritten unread.');
    disturbed(s);
    var labels = runs.map(function (r) { return r.name + ' → ' + r.readers; }).reverse();
    chart('Messages per second', {
      tooltip: {}, grid: { left: narrow ? 132 : 180, right: 60, top: 10, bottom: 30 },
      xAxis: { type: 'value', axisLabel: { formatter: function (v) { return v + ' M'; } }, splitNumber: narrow ? 3 : 5 },
      yAxis: { type: 'category', data: labels, axisLabel: { fontSize: narrow ? 10 : 12 } },
      series: [{ type: 'bar', data: runs.map(function (r) { return Number((r.messagesPerSecond / 1e6).toFixed(2)); }).reverse(),
        label: { show: true, position: 'right' } }]
    }, Math.max(150, 60 + 30 * runs.length));
    tables('throughput');
    hiccupLine(s);
  }

  /** A section that is tables, with its notes. */
  function tabled(key, title, words) {
    var s = sections[key];
    if (!s) { return; }
    heading(title, words);
    disturbed(s);
    tables(key);
    notes(s);
    hiccupLine(s);
  }
  function notes(s) {
    (s.faults || []).forEach(function (f) { add(page, 'p', f, 'warning'); });
    (s.notes || []).forEach(function (n) { add(page, 'p', n, 'soft'); });
  }

  function hiccups() {
    var lines = ['oneway', 'wakeup'].filter(function (k) { return ((sections[k] || {}).hiccup || {}).timeline; });
    if (!lines.length) { return; }
    heading('What the host took away', 'The longest gap that an idle spinning thread saw in 5 ms, round by round. Gaps '
      + 'here are the host’s, and are in everybody’s tail.');
    chart('Hiccups by time', {
      tooltip: { trigger: 'item', formatter: function (p) { return p.seriesName + '<br>' + num(p.value[0], 1) + ' s: ' + us(p.value[1]) + ' µs'; } },
      legend: legend(lines), grid: { left: narrow ? 52 : 64, right: 24, top: 40, bottom: 70 },
      xAxis: { type: 'value', name: 's', axisLabel: { formatter: '{value} s' } }, yAxis: logAxis('longest gap'),
      series: lines.map(function (k) {
        return { name: k, type: 'scatter', symbolSize: 5, data: sections[k].hiccup.timeline.map(function (p) {
          return [p[0] / 1000, Math.max(1, p[1])]; }) };
      })
    }, 320);
  }

  function words() {
    heading('How to read this');
    [
      'Latency counts from the time at which a message was meant to be sent, not from when it was: a stall shows in '
        + 'every message that had to wait for it.',
      'p50 is the middle one; of a thousand messages, one is above p99.9. Absolute figures move by several times as the '
        + 'host moves its processors; ratios to the floor of the same round do not.',
      'A transport that lost messages is not ranked. A run in which an idle thread lost more than a tenth of its time is '
        + 'not judged.',
      'System calls were counted with strace over messages after those that were timed, both ends together.'
    ].forEach(function (w) { add(page, 'p', w); });
    heading('Where others are better, and why one would choose them');
    [
      'Aeron IPC: as fast, within a few percent, where this was developed; the same programme also goes over the network, its readers hold '
        + 'the writer back instead of losing messages, and messages may be of any length.',
      'Chronicle Queue: slower by a multiple there, and every message stays on disk to be read again.',
      'Agrona’s ring buffers: many writers into one reader, any length, no directory of files.',
      'Futexes, pipes and sockets: the receiver needs no idea of when the next message comes; after a long sleep nobody '
        + 'is faster than the kernel without one.',
      'ScheduledThreadPoolExecutor and Netty’s wheel: timers within one process take more arms a second than a daemon on '
        + 'the same two processors, and need no second process.'
    ].forEach(function (w) { add(page, 'p', w); });
  }

  function tail() {
    var left = (data.leftOut || []).slice();
    Object.keys(sections).forEach(function (k) { (sections[k].leftOut || []).forEach(function (l) { left.push(l); }); });
    if (left.length) {
      heading('Left out');
      left.forEach(function (l) { add(page, 'p', l.what + ': ' + l.why); });
    }
    heading('Where it ran');
    var env = data.environment || (sections.oneway || {}).environment || {};
    table(['', ''], Object.keys(env).map(function (k) {
      return [k, typeof env[k] === 'object' ? JSON.stringify(env[k]) : String(env[k])]; }));
    var pins = (sections.oneway || {}).environment || {};
    if (pins.senderPinned) {
      add(page, 'p', 'Sender on processors ' + pins.senderPinned + ', receiver on ' + pins.receiverPinned
        + ', as read back.', 'soft');
    }
  }

  head();
  claims();
  oneway();
  wakeup();
  throughput();
  tabled('enqueue', 'Putting a message into a ring', 'Measured by bench/micro (JMH): one thread, and beside a consumer, '
    + 'where each sample also holds a pause and two readings of the clock.');
  tabled('timers', 'Timers: lateness', 'From the deadline to the observation, in another process for Tickbus, in the same one '
    + 'for the others. CPU in percent of one processor, of the daemon + the subscriber for Tickbus.');
  tabled('pending', 'Timers: a million pending', 'One-shot timers at random deadlines over 4 s.');
  tabled('drift', 'Timers: drift', 'How far the k-th firing of a periodic timer moves away from anchor + k × period. At '
    + 'a fixed rate it must not; a fixed delay, which is all that some timers offer, adds up each lateness.');
  tabled('cost', 'Timers: what pending ones cost', 'Bytes of heap for each, and what the caller pays to arm and to '
    + 'cancel one.');
  tabled('eco', 'Timers: saving power', '10,000 timers that may be 50 ms late.');
  tabled('contention', 'Timers: arming from many threads and processes');
  tabled('herd', 'Timers: a herd due at one instant');
  tabled('gc', 'Timers beside a collector that stops the world');
  tabled('load', 'Timers under load');
  tabled('clocks', 'Asking for the time', 'Cost of one reading; the smallest step seen; readings below one that another '
    + 'processor had handed over.');
  hiccups();
  words();
  tail();
  window.addEventListener('resize', function () { charts.forEach(function (c) { c.resize(); }); });
  document.documentElement.setAttribute('data-charts', String(charts.length));
}());

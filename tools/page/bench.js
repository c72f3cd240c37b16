// The page of `larder bench --html`: a chart of ratio against speed, and a table that can be sorted. What is shown is kept in the
// address, as in #speed=decompress&threads=2&sort=ratio&order=descending, so that a view can be passed on.
"use strict";

(() => {
  const report = JSON.parse(document.getElementById("report").textContent);
  const rows = report.measurements;
  const columns = [
    { key: "name", title: "Codec", text: (row) => row.name, rising: true },
    { key: "threads", title: "Threads", text: (row) => String(row.threads), rising: true },
    { key: "ratio", title: "Ratio", text: (row) => number(row.ratio) },
    { key: "compress_speed", title: "Compress", text: (row) => speed(row.compress_speed) },
    { key: "decompress_speed", title: "Decompress", text: (row) => speed(row.decompress_speed) },
    { key: "compress_memory", title: "Memory, compressing", text: (row) => size(row.compress_memory), rising: true },
    { key: "decompress_memory", title: "Memory, decompressing", text: (row) => size(row.decompress_memory), rising: true },
    { key: "write_seconds", title: report.budget.link ? "Send" : "Write", text: (row) => seconds(row.write_seconds), rising: true },
    { key: "read_seconds", title: report.budget.link ? "Receive" : "Read", text: (row) => seconds(row.read_seconds), rising: true },
  ];
  const colours = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#ee8833", "#777777", "#44aa99", "#882255"];

  function number(value) {
    return value === null ? "–" : value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
  }
  function speed(value) {
    if (value === null) return "–";
    return value < 1e9 ? `${number(value / 1e6)} MB/s` : `${number(value / 1e9)} GB/s`;
  }
  function size(value) {
    return value === null ? "–" : `${number(value / 2 ** 20)} MiB`;
  }
  function seconds(value) {
    if (value < 1e-3) return `${number(value * 1e6)} µs`;
    return value < 1 ? `${number(value * 1e3)} ms` : `${number(value)} s`;
  }
  function element(name, text) {
    const made = document.createElement(name);
    made.textContent = text.replace(/\p{Surrogate}/gu, "\ufffd"); // bytes of a file's name that are no text
    return made;
  }

  // The view, as it stands in the address.
  const view = { speed: "compress", threads: "all", sort: "", order: "" };
  function readView() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    for (const key of Object.keys(view)) view[key] = wanted.get(key) ?? view[key];
    if (view.speed !== "decompress") view.speed = "compress";
  }
  function change(changes) {
    Object.assign(view, changes);
    const kept = Object.entries(view).filter(([, value]) => value !== "");
    history.replaceState(null, "", `#${new URLSearchParams(kept)}`);
    draw();
  }
  function shown() {
    return rows.filter((row) => view.threads === "all" || String(row.threads) === view.threads || row.codec === "none");
  }

  // Points that no other one beats in both directions, from the slowest on.
  function front(points) {
    const best = [];
    for (const point of [...points].sort((a, b) => b.x - a.x || b.y - a.y)) {
      if (best.length === 0 || point.y > best[best.length - 1].y) best.push(point);
    }
    return best.reverse();
  }

  function point(row) {
    return { x: row[`${view.speed}_speed`] / 1e6, y: row.ratio, row };
  }
  function datasets() {
    const codecs = [...new Set(rows.map((row) => row.codec))];
    const visible = shown().filter((row) => row[`${view.speed}_speed`] > 0);
    const clouds = codecs.map((codec, index) => ({
      label: codec,
      data: visible.filter((row) => row.codec === codec).map(point),
      backgroundColor: colours[index % colours.length],
      pointStyle: (context) => (context.raw && context.raw.row.threads > 1 ? "rectRot" : "circle"),
      radius: 5,
      hoverRadius: 8,
    }));
    const line = { label: "front", data: front(visible.map(point)), showLine: true, borderColor: "#8899aa", borderWidth: 1.5, pointRadius: 0, pointHitRadius: 0 };
    return [...clouds.filter((cloud) => cloud.data.length > 0), line];
  }
  function tooltip(context) {
    const row = context.raw.row;
    const threads = row.threads === 1 ? "1 thread" : `${row.threads} threads`;
    return [`${row.name}, ${threads}`, `ratio ${number(row.ratio)}`, `compress ${speed(row.compress_speed)}`, `decompress ${speed(row.decompress_speed)}`];
  }

  const style = getComputedStyle(document.documentElement);
  const faint = style.getPropertyValue("--faint");
  const line = style.getPropertyValue("--line");
  const axis = (text) => ({ title: { display: true, text, color: faint }, ticks: { color: faint }, grid: { color: line } });
  const canvas = document.getElementById("chart");
  const chart = new Chart(canvas, {
    type: "scatter",
    data: { datasets: [] },
    options: {
      animation: false,
      maintainAspectRatio: false,
      scales: { x: { type: "logarithmic", ...axis("") }, y: axis("ratio") },
      plugins: {
        legend: { labels: { color: faint, usePointStyle: true } },
        tooltip: { filter: (item) => item.dataset.label !== "front", callbacks: { label: tooltip } },
      },
    },
  });

  function drawChart() {
    chart.data.datasets = datasets();
    chart.options.scales.x.title.text = view.speed === "compress" ? "compression, MB/s" : "decompression, MB/s";
    chart.update();
    // For the tests, which cannot see: what was really drawn.
    const drawn = (set, index) => chart.getDatasetMeta(index).data.filter((at) => Number.isFinite(at.x) && Number.isFinite(at.y)).length;
    const counts = chart.data.datasets.map(drawn);
    canvas.dataset.front = chart.data.datasets[counts.length - 1].data.map((at) => at.row.name).join(" ");
    canvas.dataset.points = counts.slice(0, -1).reduce((sum, count) => sum + count, 0);
  }

  function sorted() {
    const column = columns.find((each) => each.key === view.sort);
    if (!column) return shown();
    const sign = view.order === "descending" ? -1 : 1;
    const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b, "en", { numeric: true }) : a - b);
    // What is not known comes last, whatever the order.
    return [...shown()].sort((a, b) => {
      const [left, right] = [a[column.key], b[column.key]];
      if (left === null || right === null) return (left === null) - (right === null);
      return sign * compare(left, right);
    });
  }
  function drawTable() {
    const best = rows[report.advice.measurement];
    const body = document.querySelector("#table tbody");
    body.replaceChildren(
      ...sorted().map((row) => {
        const line = document.createElement("tr");
        line.append(...columns.map((column) => element("td", column.text(row))));
        line.classList.toggle("best", row === best);
        return line;
      }),
    );
    document.querySelectorAll("#table th").forEach((head, index) => {
      const active = columns[index].key === view.sort;
      if (active) head.setAttribute("aria-sort", view.order === "descending" ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
  }
  function sortBy(column) {
    const first = column.rising ? "ascending" : "descending";
    const other = column.rising ? "descending" : "ascending";
    change({ sort: column.key, order: view.sort === column.key && view.order === first ? other : first });
  }

  function build() {
    document.getElementById("advice").textContent = report.advice.sentence;
    document.getElementById("files").append(
      ...report.files.map((file) => {
        const arrays = file.arrays === null ? "as bytes" : file.arrays === 1 ? "in 1 array" : `in ${file.arrays} arrays`;
        return element("li", `${file.file}: ${size(file.content_bytes)} ${arrays}`);
      }),
    );
    const heads = columns.map((column) => {
      const button = element("button", column.title);
      button.type = "button";
      button.addEventListener("click", () => sortBy(column));
      const head = document.createElement("th");
      head.append(button);
      return head;
    });
    document.querySelector("#table thead tr").append(...heads);
    const counts = [...new Set(rows.filter((row) => row.codec !== "none").map((row) => row.threads))].sort((a, b) => a - b);
    for (const count of ["all", ...counts.map(String)]) {
      const input = Object.assign(document.createElement("input"), { type: "radio", name: "threads", value: count });
      const label = document.createElement("label");
      label.append(input, ` ${count}`);
      document.getElementById("threads").append(label);
    }
    document.getElementById("view").addEventListener("change", (event) => change({ [event.target.name]: event.target.value }));
    addEventListener("hashchange", () => {
      readView();
      draw();
    });
    document.getElementById("footer").textContent =
      `larder ${report.larder}; ${size(report.measured_bytes)} of ${size(report.content_bytes)} measured, on ${report.processors} processors. The chart is drawn by Chart.js ${Chart.version}, MIT licence.`;
  }
  function draw() {
    for (const name of ["speed", "threads"]) {
      for (const input of document.querySelectorAll(`input[name=${name}]`)) input.checked = input.value === view[name];
    }
    drawChart();
    drawTable();
  }

  readView();
  build();
  draw();
})();

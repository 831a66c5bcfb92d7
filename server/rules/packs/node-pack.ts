import { durationOf, numberOf, type PackDefinition, percentOf } from "./pack-definition.js";

/** Filesystems that hold data of their own: not memory, images, overlays or those of other machines. */
const filesystems = 'fstype!~"tmpfs|ramfs|squashfs|iso9660|overlay|fuse.*|nfs.*|cifs|autofs"';
const used = `100 - 100 * node_filesystem_avail_bytes{${filesystems}} / node_filesystem_size_bytes{${filesystems}}`;
const writable = `node_filesystem_readonly{${filesystems}} == 0`;
const where = "{{ $labels.mountpoint }} on {{ $labels.instance }}";
const percent = '{{ printf "%.1f" $value }} %';

const freeSpace = [
  "`df -h` on the machine, then `du -xh --max-depth=2 MOUNTPOINT | sort -h | tail` for what takes the room.",
  "Look for logs that are not rotated, old kernels (`apt autoremove`), caches and core dumps; files that were deleted but are still open show in `lsof +L1`.",
  "Remove what is not needed, or grow the volume. If it is meant to be this full, set the rule's threshold for your project.",
];

/** Machines, as node_exporter sees them. */
export const nodePack: PackDefinition = {
  name: "node",
  title: "Machines",
  description:
    "Machines that run out of something, or are broken. Scrape node_exporter, 1.3 or newer, on each of them.",
  rules: [
    {
      name: "NodeFilesystemAlmostFull",
      expr: `${used} > <<threshold>> and ${writable}`,
      for: "15m",
      severity: "warning",
      summary: `${where} is almost full`,
      description: `${where} is ${percent} full; the limit is <<threshold>> %.`,
      parameters: [percentOf("threshold", "How full a filesystem may be.", 90)],
      runbook: {
        meaning: "A filesystem is nearly full. Once it is, programs that write to it fail, databases stop.",
        steps: freeSpace,
      },
    },
    {
      name: "NodeFilesystemFull",
      expr: `${used} > <<threshold>> and ${writable}`,
      for: "5m",
      severity: "critical",
      summary: `${where} is full`,
      description: `${where} is ${percent} full; the limit is <<threshold>> %.`,
      parameters: [percentOf("threshold", "From where on a filesystem counts as full.", 97)],
      runbook: {
        meaning: "A filesystem is full, or will be in a moment: what writes to it fails now.",
        steps: freeSpace,
      },
    },
    {
      name: "NodeFilesystemFillingUp",
      expr: `predict_linear(node_filesystem_avail_bytes{${filesystems}}[<<window>>], 3600 * <<hours>>) < 0 and ${used} > <<threshold>> and ${writable}`,
      for: "1h",
      severity: "warning",
      summary: `${where} will be full within <<hours>> hours`,
      description: `If ${where} goes on filling up as in the last <<window>>, it is full within <<hours>> hours.`,
      parameters: [
        durationOf("window", "The time from which the future is reckoned.", "6h", "30m", "2d"),
        numberOf("hours", "How soon it must be expected to be full.", 24, { min: 1, max: 720, unit: "hours" }),
        percentOf("threshold", "How full it must be at least by now.", 60),
      ],
      runbook: { meaning: "At the pace of the last hours a filesystem will be full soon.", steps: freeSpace },
    },
    {
      name: "NodeInodesAlmostExhausted",
      expr: `100 - 100 * node_filesystem_files_free{${filesystems}} / node_filesystem_files{${filesystems}} > <<threshold>> and ${writable}`,
      for: "15m",
      severity: "warning",
      summary: `${where} is almost out of inodes`,
      description: `${percent} of the inodes of ${where} are used; the limit is <<threshold>> %. No file can be made without one.`,
      parameters: [percentOf("threshold", "How many of the inodes may be used.", 90)],
      runbook: {
        meaning: "A filesystem has room, and soon no inodes: no file can be made on it then.",
        steps: [
          "`df -i`, then `du --inodes -x --max-depth=3 MOUNTPOINT | sort -n | tail` for folders of very many files.",
          "Usual causes are caches, sessions and mail queues that nobody cleans up. Remove what is old, and let it be cleaned up regularly.",
        ],
      },
    },
    {
      name: "NodeMemoryAlmostExhausted",
      expr: "100 - 100 * node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes > <<threshold>>",
      for: "15m",
      severity: "warning",
      summary: "{{ $labels.instance }} is almost out of memory",
      description: `${percent} of the memory of {{ $labels.instance }} is in use; the limit is <<threshold>> %.`,
      parameters: [percentOf("threshold", "How much of the memory may be in use.", 95)],
      runbook: {
        meaning: "A machine has hardly any memory left that programs could get. Soon the kernel will kill one of them.",
        steps: [
          "`ps aux --sort=-rss | head` or `systemd-cgtop -m` for who has it.",
          "If it grows without end, restart that service, and look for the leak. If it is what the work needs, take a larger machine.",
        ],
      },
    },
    {
      name: "NodeMemoryPressure",
      expr: "rate(node_vmstat_pgmajfault[5m]) > <<threshold>>",
      for: "15m",
      severity: "warning",
      summary: "{{ $labels.instance }} reads memory back from disk all the time",
      description:
        '{{ $labels.instance }} has {{ printf "%.0f" $value }} major page faults per second; the limit is <<threshold>>.',
      parameters: [
        numberOf("threshold", "How many major page faults there may be.", 500, {
          min: 1,
          max: 100_000,
          unit: "per second",
        }),
      ],
      runbook: {
        meaning:
          "Programs wait for their own pages to come back from disk: the machine has too little memory for what runs on it, and is slow.",
        steps: [
          "`vmstat 5` and `free -m`; `ps aux --sort=-rss | head` for who has the memory.",
          "Run less on it, or give it more memory.",
        ],
      },
    },
    {
      name: "NodeOomKill",
      expr: "increase(node_vmstat_oom_kill[<<window>>]) > 0",
      for: "0s",
      severity: "warning",
      summary: "{{ $labels.instance }} ran out of memory and killed a process",
      description:
        "In the last <<window>> the kernel of {{ $labels.instance }} killed a process, because there was no memory left.",
      parameters: [durationOf("window", "How long an alert stays after the last such event.", "10m", "2m", "1d")],
      runbook: {
        meaning:
          "The kernel has killed a process to get memory. What it was doing is lost; systemd may have started it again.",
        steps: [
          "`journalctl -k | grep -i 'killed process'` names it.",
          "See that its service runs, then why it or another took so much.",
        ],
      },
    },
    {
      name: "NodeCpuSaturated",
      expr: '100 - 100 * avg without (cpu, mode) (rate(node_cpu_seconds_total{mode="idle"}[5m])) > <<threshold>>',
      for: "30m",
      severity: "info",
      summary: "{{ $labels.instance }} has been using all its CPUs",
      description: `The CPUs of {{ $labels.instance }} are busy for ${percent} of the time; the limit is <<threshold>> %.`,
      parameters: [percentOf("threshold", "How busy the CPUs may be for half an hour.", 95)],
      runbook: {
        meaning:
          "All CPUs have been busy for half an hour. That may be what the machine is for; if not, something is running away.",
        steps: [
          "`top` or `systemd-cgtop` for who uses them.",
          "If it is meant, set the threshold for your project or switch the rule off.",
        ],
      },
    },
    {
      name: "NodeCpuStolen",
      expr: '100 * avg without (cpu, mode) (rate(node_cpu_seconds_total{mode="steal"}[5m])) > <<threshold>>',
      for: "30m",
      severity: "info",
      summary: "{{ $labels.instance }} does not get the CPU time it asks for",
      description: `{{ $labels.instance }} waits ${percent} of the time for its hypervisor; the limit is <<threshold>> %.`,
      parameters: [percentOf("threshold", "How much of the time may be stolen.", 20)],
      runbook: {
        meaning:
          "The hypervisor gives the CPUs to other machines while this one would use them: it is slower than it looks.",
        steps: ["Ask the operators of the cloud whether the hypervisor is overcommitted, and to move the machine."],
      },
    },
    {
      name: "NodeDiskSaturated",
      expr: 'rate(node_disk_io_time_weighted_seconds_total{device!~"loop.*|ram.*|sr.*"}[5m]) > <<threshold>>',
      for: "30m",
      severity: "warning",
      summary: "{{ $labels.device }} of {{ $labels.instance }} is overloaded",
      description:
        '{{ printf "%.1f" $value }} requests wait for {{ $labels.device }} of {{ $labels.instance }} on average; the limit is <<threshold>>.',
      parameters: [
        numberOf("threshold", "How many requests may wait on average.", 10, {
          min: 0.1,
          max: 10_000,
          unit: "requests",
        }),
      ],
      runbook: {
        meaning: "More is asked of a disk than it can do; everything that reads or writes is slow.",
        steps: [
          "`iotop -ao` or `pidstat -d 5` for who does it; `iostat -x 5` for the disk's own times.",
          "Move the work to another time or disk. Times that are long with few requests mean a failing disk or a throttled volume.",
        ],
      },
    },
    {
      name: "NodeSystemdUnitFailed",
      expr: 'node_systemd_unit_state{state="failed"} == 1',
      for: "5m",
      severity: "warning",
      summary: "{{ $labels.name }} has failed on {{ $labels.instance }}",
      description: "systemd says that {{ $labels.name }} on {{ $labels.instance }} has failed, and does not try again.",
      parameters: [],
      runbook: {
        meaning: "A service of the machine ended with an error. This needs node_exporter with `--collector.systemd`.",
        steps: [
          "`systemctl status UNIT` and `journalctl -u UNIT -n 100`.",
          "Mend the cause and `systemctl restart UNIT`; if the unit is not needed, `systemctl disable --now` and `systemctl reset-failed UNIT`.",
        ],
      },
    },
    {
      name: "NodeClockOff",
      expr: "abs(node_timex_offset_seconds) > <<seconds>>",
      for: "10m",
      severity: "warning",
      summary: "The clock of {{ $labels.instance }} is off",
      description:
        'The clock of {{ $labels.instance }} is off by {{ printf "%.3f" $value }} s; the limit is <<seconds>> s.',
      parameters: [numberOf("seconds", "How far off the clock may be.", 0.05, { min: 0.001, max: 3_600, unit: "s" })],
      runbook: {
        meaning:
          "The clock differs from that of its time servers. Certificates, tokens, logs and databases of several machines suffer.",
        steps: [
          "`timedatectl` and `chronyc tracking` or `systemctl status systemd-timesyncd`.",
          "See that the machine reaches its time servers (UDP 123), and restart the service that keeps the clock.",
        ],
      },
    },
    {
      name: "NodeClockNotSynchronised",
      expr: "min_over_time(node_timex_sync_status[5m]) == 0 and node_timex_maxerror_seconds >= 16",
      for: "10m",
      severity: "warning",
      summary: "Nothing keeps the clock of {{ $labels.instance }}",
      description: "The kernel of {{ $labels.instance }} says that no time service keeps its clock.",
      parameters: [],
      runbook: {
        meaning: "No service sets the clock, so that it drifts away.",
        steps: ["`timedatectl` shows whether one is active: install chrony or enable systemd-timesyncd."],
      },
    },
    {
      name: "NodeRebooted",
      expr: "time() - node_boot_time_seconds < <<seconds>>",
      for: "0s",
      severity: "info",
      summary: "{{ $labels.instance }} was started anew",
      description: "{{ $labels.instance }} was started {{ humanizeDuration $value }} ago.",
      parameters: [
        numberOf("seconds", "For how long after its start to tell.", 600, { min: 60, max: 86_400, unit: "s" }),
      ],
      runbook: {
        meaning: "A machine has been started. If nobody did that, it crashed, or its hypervisor did.",
        steps: [
          "`last -x | head` and `journalctl -b -1 -n 100` for how it went down.",
          "See that all its services have come back.",
        ],
      },
    },
    {
      name: "NodeFileDescriptorsAlmostExhausted",
      expr: "100 * node_filefd_allocated / node_filefd_maximum > <<threshold>>",
      for: "15m",
      severity: "warning",
      summary: "{{ $labels.instance }} is almost out of file descriptors",
      description: `${percent} of the file descriptors that {{ $labels.instance }} can have are in use; the limit is <<threshold>> %.`,
      parameters: [percentOf("threshold", "How many of the file descriptors may be in use.", 80)],
      runbook: {
        meaning: "The kernel can soon open no file and accept no connection any more.",
        steps: [
          "`for p in /proc/[0-9]*; do echo $(ls $p/fd 2>/dev/null | wc -l) $p; done | sort -n | tail` for who has them.",
          "Restart what leaks them; raise `fs.file-max` if they are needed.",
        ],
      },
    },
    {
      name: "NodeConntrackAlmostFull",
      expr: "100 * node_nf_conntrack_entries / node_nf_conntrack_entries_limit > <<threshold>>",
      for: "5m",
      severity: "warning",
      summary: "{{ $labels.instance }} can soon track no more connections",
      description: `${percent} of the connections that {{ $labels.instance }} can track are in use; the limit is <<threshold>> %.`,
      parameters: [percentOf("threshold", "How many of the entries may be in use.", 80)],
      runbook: {
        meaning: "Once the table is full, the kernel drops new connections.",
        steps: [
          "`conntrack -L | awk '{print $4, $5}' | sort | uniq -c | sort -n | tail` for whose they are.",
          "Raise `net.netfilter.nf_conntrack_max`, or stop what opens them.",
        ],
      },
    },
    {
      name: "NodeNetworkReceiveErrors",
      expr: '100 * rate(node_network_receive_errs_total{device!="lo"}[5m]) / rate(node_network_receive_packets_total{device!="lo"}[5m]) > <<threshold>>',
      for: "30m",
      severity: "warning",
      summary: "{{ $labels.device }} of {{ $labels.instance }} receives packets with errors",
      description: `${percent} of the packets that {{ $labels.device }} of {{ $labels.instance }} receives have errors; the limit is <<threshold>> %.`,
      parameters: [percentOf("threshold", "How many packets may have errors.", 1)],
      runbook: {
        meaning: "Packets arrive broken: connections are slow, or break.",
        steps: [
          "`ip -s link` and `ethtool -S DEVICE` for the kind of error.",
          "Look at cable, port, driver, and at the hypervisor's side.",
        ],
      },
    },
    {
      name: "NodeNetworkTransmitErrors",
      expr: '100 * rate(node_network_transmit_errs_total{device!="lo"}[5m]) / rate(node_network_transmit_packets_total{device!="lo"}[5m]) > <<threshold>>',
      for: "30m",
      severity: "warning",
      summary: "{{ $labels.device }} of {{ $labels.instance }} cannot send all packets",
      description: `${percent} of the packets that {{ $labels.device }} of {{ $labels.instance }} sends fail; the limit is <<threshold>> %.`,
      parameters: [percentOf("threshold", "How many packets may fail.", 1)],
      runbook: {
        meaning: "Packets cannot be sent: connections are slow, or break.",
        steps: [
          "`ip -s link` and `ethtool -S DEVICE` for the kind of error.",
          "Look at cable, port, driver, and at the hypervisor's side.",
        ],
      },
    },
    {
      name: "NodeRaidDiskFailed",
      expr: 'node_md_disks{state="failed"} > 0',
      for: "5m",
      severity: "critical",
      summary: "A disk of {{ $labels.device }} has failed on {{ $labels.instance }}",
      description: "{{ $value }} disks of the RAID {{ $labels.device }} on {{ $labels.instance }} have failed.",
      parameters: [],
      runbook: {
        meaning: "A RAID runs without one of its disks: the next failure may take the data.",
        steps: [
          "`cat /proc/mdstat` and `mdadm --detail /dev/DEVICE` name the disk.",
          "Replace it: `mdadm --manage /dev/DEVICE --remove`, then `--add` the new one, and wait until it is rebuilt.",
        ],
      },
    },
    {
      name: "NodeTextfileUnreadable",
      expr: "node_textfile_scrape_error == 1",
      for: "15m",
      severity: "info",
      summary: "node_exporter of {{ $labels.instance }} cannot read a text file",
      description:
        "node_exporter of {{ $labels.instance }} cannot read a file in its textfile folder: metrics are missing.",
      parameters: [],
      runbook: {
        meaning: "Some script writes metrics that node_exporter cannot read, so that alerts over them cannot fire.",
        steps: [
          "node_exporter's log names the file: `journalctl -u prometheus-node-exporter | grep -i textfile`.",
          "Mend the script; it should write beside, and rename.",
        ],
      },
    },
  ],
};

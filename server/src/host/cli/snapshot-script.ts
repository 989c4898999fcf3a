// SPDX-License-Identifier: MIT
// The script that collects what `dt-iommu compare-live` compares: plain sh, nothing beyond busybox, reads only.

/** `dt-iommu compare-live --print-script`. Each line says what it collects; `ide/live/snapshot-file.ts` reads them. */
export const SNAPSHOT_SCRIPT = `#!/bin/sh
# Collects what Linux on this machine decided about DMA, for \`dt-iommu compare-live BOARD --snapshot FILE\`:
#
#   sh snapshot.sh > snapshot.txt
#
# Run it as root, soon after the boot. It only reads, and needs no more than busybox. What it writes is text: one fact a
# line, its kind first. In it are the device tree (which may have serial numbers and MAC addresses), the kernel's command
# line, its configuration, names of devices and drivers, and those lines of the kernel's log that are about DMA. Look
# through it before you give it away: delete the fdt lines and name a board file instead, if the tree must stay with you.

PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH
export PATH LC_ALL=C

echo 'dt-iommu-snapshot 1'
[ "$(id -u)" = 0 ] || echo 'missing root: not run as root, so much cannot be read'

# The release, and the command line that the boot loader gave.
echo "kernel $(uname -r)"
echo "machine $(uname -m)"
echo "cmdline $(cat /proc/cmdline)"

# Whether a hypervisor is below: "xen" for dom0 and guests, with what the domain may do.
[ ! -r /sys/hypervisor/type ] || echo "hypervisor $(cat /sys/hypervisor/type) $(cat /proc/xen/capabilities 2>/dev/null)"

# The tree that Linux was booted with, as the boot loader and firmware left it.
if [ ! -r /sys/firmware/fdt ]; then
  echo 'missing fdt: /sys/firmware/fdt cannot be read'
elif command -v base64 >/dev/null; then
  base64 /sys/firmware/fdt | sed 's/^/fdt64 /'
else
  od -v -An -tx1 /sys/firmware/fdt | sed 's/ //g; s/^/fdt16 /'
fi

# The configuration, where the kernel has it inside (CONFIG_IKCONFIG_PROC), or where a distribution puts it.
if [ -r /proc/config.gz ]; then
  gunzip -c /proc/config.gz | sed -n 's/^CONFIG_/config CONFIG_/p'
elif [ -r "/boot/config-$(uname -r)" ]; then
  sed -n 's/^CONFIG_/config CONFIG_/p' "/boot/config-$(uname -r)"
else
  echo 'missing config: neither /proc/config.gz nor /boot/config-*; give --kernel-config'
fi

# Which devices there are, on the buses whose DMA Linux sets up, and on two that have none.
cd /sys/bus 2>/dev/null || { echo 'missing devices: /sys is not mounted' && cd /; }
ls -ld platform/devices/* amba/devices/* pci/devices/* i2c/devices/* spi/devices/* 2>/dev/null |
  sed -n 's|.* \\([^ ]*\\) -> \\(.*\\)|device \\1 \\2|p'

# The node, driver, IOMMU group and IOMMU of each.
ls -l */devices/*/of_node */devices/*/driver */devices/*/iommu_group */devices/*/iommu 2>/dev/null |
  sed -n 's|.* \\([^ ]*\\) -> \\(.*\\)|link \\1 \\2|p'

# The type of each group's default domain, and the addresses that its devices must not use.
if cd /sys/kernel/iommu_groups 2>/dev/null; then
  grep . */type */reserved_regions 2>/dev/null | sed 's/^/group /'
fi

# Whose probe still waits, and for what: only where debugfs is mounted.
if [ -r /sys/kernel/debug/devices_deferred ]; then
  sed 's/^/deferred end /' /sys/kernel/debug/devices_deferred
else
  echo 'missing deferred: /sys/kernel/debug/devices_deferred cannot be read; mount -t debugfs debug /sys/kernel/debug'
fi

# Where RAM is.
sed -n 's/^ *\\([0-9a-f-]*\\) : System RAM$/ram \\1/p' /proc/iomem

# What the log says about DMA, without times; and whether it still has its beginning.
dmesg | grep -q 'Linux version ' || echo 'missing log: the beginning of the log is gone'
dmesg | sed 's/^<[0-9]*>//; s/^\\[ *[0-9.]*\\]\\(\\[ *[TC][0-9]*\\]\\)\\{0,1\\} //' |
  grep -E 'iommu|IOMMU|[Ss][Mm][Mm][Uu]|dart|DART|[Dd]eferred probe|ignoring dependency|swiotlb|software IO TLB|cma: |reserved mem|Reserved memory|DMA|dma-|dependency cycle|^OF: |StreamID|stream |SMR mask|in tree from|non-direct mapping|IOVA|global-interrupts|context irq|MMIO region|probe with driver|not trusted|overflow 0x|overlaps with|fault' |
  sed 's/^/log /'
echo 'end'
`;

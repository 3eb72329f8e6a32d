package lanewise;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The memory of the machine, or of the container in which this process runs. */
public final class SystemMemory {
  private SystemMemory() {}

  /**
   * All of it in bytes, whoever uses it: what is free at the moment says little, as systems fill it
   * with copies of files.
   */
  public static long totalBytes() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getTotalMemorySize();
  }
}

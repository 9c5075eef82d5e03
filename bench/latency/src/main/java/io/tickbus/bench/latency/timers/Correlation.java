package io.tickbus.bench.latency.timers;

import java.util.List;

/** Pearson's r. */
final class Correlation {
    private Correlation() {
    }

    /** −1 to 1; 0 where one of them does not vary. */
    static double pearson(List<Double> x, List<Double> y) {
        double meanX = x.stream().mapToDouble(each -> each).average().orElse(0);
        double meanY = y.stream().mapToDouble(each -> each).average().orElse(0);
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.size(); i++) {
            double dx = x.get(i) - meanX;
            double dy = y.get(i) - meanY;
            xy += dx * dy;
            xx += dx * dx;
            yy += dy * dy;
        }
        return xx == 0 || yy == 0 ? 0 : xy / Math.sqrt(xx * yy);
    }
}

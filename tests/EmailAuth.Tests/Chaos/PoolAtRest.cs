namespace EmailAuth.Tests.Chaos;

/// <summary>
/// Whether the thread pool has nothing left to do, told from its own counts and not from how long it has been silent: a thread that has taken work and is
/// not let run by a busy machine still counts as one that works. To be asked from a thread that is not the pool's.
/// </summary>
internal static class PoolAtRest
{
    /// <summary>Threads of the pool that the test host keeps for itself, blocked as long as the process lives.</summary>
    private static int _kept = Kept();

    /// <summary>Threads of the pool that have work, waiting for their turn on the machine or not.</summary>
    private static int Working
    {
        get
        {
            ThreadPool.GetMaxThreads(out var most, out _);
            ThreadPool.GetAvailableThreads(out var available, out _);
            return most - available;
        }
    }

    /// <summary>Returns when nothing is queued and nobody works.</summary>
    public static void Wait()
    {
        var patience = Environment.TickCount64 + 60_000;
        var (since, last) = (Environment.TickCount64, (0, 0L));
        for (var tries = 0; !IsAtRest(); tries++)
        {
            // The host has taken one more for itself: one that does nothing for so long, while others may, has nothing of ours to do.
            var now = (Working, ThreadPool.CompletedWorkItemCount);
            if (now != last || ThreadPool.PendingWorkItemCount > 0)
                (since, last) = (Environment.TickCount64, now);
            else if (Environment.TickCount64 > since + 5_000)
                _kept = now.Working;
            if (Environment.TickCount64 > patience)
                Assert.Fail($"the thread pool does not come to rest: {Working} work, {_kept} of them for the host, {ThreadPool.PendingWorkItemCount} items wait");
            if (tries < 100)
                Thread.SpinWait(50);
            else
                Thread.Sleep(tries < 200 ? 0 : 1);
        }
    }

    /// <summary>
    /// Nobody worked, then nothing was queued, then again nobody worked, and nothing was completed in between: so nothing was taken from the queue either.
    /// </summary>
    private static bool IsAtRest()
    {
        var completed = ThreadPool.CompletedWorkItemCount;
        if (Working is var working && working > _kept || ThreadPool.PendingWorkItemCount > 0 || Working != working || ThreadPool.CompletedWorkItemCount != completed)
            return false;
        // Fewer than thought: one that was taken for the host's has gone.
        _kept = working;
        return true;
    }

    /// <summary>The fewest at work in a time in which no test does anything.</summary>
    private static int Kept()
    {
        var fewest = int.MaxValue;
        for (var i = 0; i < 50; i++)
        {
            fewest = Math.Min(fewest, Working);
            Thread.Sleep(10);
        }
        return fewest;
    }
}

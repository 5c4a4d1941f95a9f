namespace EmailAuth.Fuzz;

/// <summary>
/// I3: reading allocates at most 64 octets for each octet of input, and 256 KiB. The budget covers what stands between its start and
/// <see cref="Check"/>, on this thread; what a target compares with is not the library's.
/// </summary>
internal readonly struct AllocationBudget(int inputLength)
{
    private readonly long _before = GC.GetAllocatedBytesForCurrentThread();

    public void Check()
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread() - _before;
        var budget = 64L * inputLength + (256 << 10);
        Promise.That(allocated <= budget, $"{allocated} octets allocated for {inputLength} of input");
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;

namespace EmailAuth.Hosting.Tests;

/// <summary>A shared cache in memory that does what a test wants of it: be slow, fail, hold something bad.</summary>
internal sealed class SharedMemory : IDistributedCache
{
    private int _gets;

    public ConcurrentDictionary<string, (byte[] Octets, DistributedCacheEntryOptions Options)> Entries { get; } = new();

    /// <summary>What happens before each look-up; null for nothing.</summary>
    public Func<CancellationToken, Task>? OnGet { get; set; }

    /// <summary>What happens before each write; null for nothing.</summary>
    public Func<Task>? OnSet { get; set; }

    public int Gets => Volatile.Read(ref _gets);

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        Interlocked.Increment(ref _gets);
        if (OnGet is { } act)
            await act(token);
        return Entries.TryGetValue(key, out var entry) ? entry.Octets : null;
    }

    public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        if (OnSet is { } act)
            await act();
        Entries[key] = (value, options);
    }

    /// <summary>Waits until what was handed to the writers is there.</summary>
    public async Task WrittenAsync(int entries = 1)
    {
        for (var i = 0; i < 500 && Entries.Count < entries; i++)
            await Task.Delay(10);
        await Task.Delay(20);
        Assert.That(Entries, Has.Count.GreaterThanOrEqualTo(entries));
    }

    public byte[]? Get(string key) => throw new NotSupportedException();

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

    public void Refresh(string key) => throw new NotSupportedException();

    public Task RefreshAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

    public void Remove(string key) => throw new NotSupportedException();

    public Task RemoveAsync(string key, CancellationToken token = default) => throw new NotSupportedException();
}

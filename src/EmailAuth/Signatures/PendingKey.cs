using EmailAuth.Dns;

namespace EmailAuth.Signatures;

/// <summary>A key that has been asked for, and that one or more signatures wait for.</summary>
internal sealed class PendingKey
{
    // A task, where there is need to wait, so that the query goes on by itself.
    private readonly Task<KeyQueryResult>? _waiting;
    private KeyQueryResult? _result;

    private PendingKey(DomainName name, ValueTask<KeyQueryResult> query, PendingKey? next)
    {
        Name = name;
        Next = next;
        if (query.IsCompletedSuccessfully)
            _result = query.Result;
        else
            _waiting = query.AsTask();
    }

    public DomainName Name { get; }

    public bool IsHere => _result is not null;

    public KeyQueryResult Result => _result!;

    public async ValueTask ArriveAsync() => _result ??= await _waiting!.ConfigureAwait(false);

    /// <summary>The one asked for before.</summary>
    public PendingKey? Next { get; }

    /// <summary>The key of that name among those asked for, which is asked for now if it is not among them.</summary>
    public static PendingKey Ask(ref PendingKey? asked, IDnsResolver resolver, DomainName name, CancellationToken cancellationToken)
    {
        for (var key = asked; key is not null; key = key.Next)
        {
            if (key.Name.Equals(name))
                return key;
        }
        return asked = new PendingKey(name, KeyQuery.StartAsync(resolver, name, cancellationToken), asked);
    }

    /// <summary>Whether this one and all asked for before are here.</summary>
    public bool AreAllHere
    {
        get
        {
            for (var key = this; key is not null; key = key.Next)
            {
                if (!key.IsHere)
                    return false;
            }
            return true;
        }
    }
}

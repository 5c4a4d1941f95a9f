using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EmailAuth.Hosting;

/// <summary>Keeps a host from starting with settings that cannot be used, and tells all of them at once.</summary>
internal sealed class EmailAuthOptionsValidator(IServiceProvider services) : IValidateOptions<EmailAuthOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, EmailAuthOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var errors = CheckedOptions.Of(options).Errors.ToList();
        if (options.SharedCache.Enabled && services.GetService<IDistributedCache>() is null)
        {
            errors.Add($"{CheckedOptions.PrefixOf(options)}SharedCache:Enabled is \"True\": the host has no cache to share. It is registered before or after AddEmailAuth, such as by "
                + "services.AddStackExchangeRedisCache(…) of the package Microsoft.Extensions.Caching.StackExchangeRedis.");
        }
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}

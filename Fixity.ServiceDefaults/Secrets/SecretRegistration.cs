using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Fixity.ServiceDefaults.Secrets;

/// <summary>What a service that keeps or uses stored secrets needs.</summary>
/// <remarks>
/// Another key without downtime, in three rounds of restarts: the new one among the further keys everywhere, so that all
/// can open what it seals; then it as the key and the old one among the further ones; and, once each service has said
/// that nothing is sealed otherwise, without the old one.
/// </remarks>
public static class SecretRegistration
{
    public static void AddSecretBox(this IServiceCollection services) =>
        services.TryAddSingleton(provider => BoxFrom(provider.GetRequiredService<IConfiguration>()));

    /// <summary>Has the secrets of <typeparamref name="T"/> sealed again, at each start, where another key sealed them.</summary>
    public static void AddSealedSecrets<T>(this IServiceCollection services)
        where T : class, ISealedSecrets
    {
        services.AddSecretBox();
        services.AddSingleton<ISealedSecrets>(provider => provider.GetRequiredService<T>());
        services.AddHostedService<ResealWorker>();
    }

    internal static SecretBox BoxFrom(IConfiguration configuration)
    {
        var key = configuration[SecretBox.KeySetting];
        var file = configuration[SecretBox.KeyFileSetting];
        if (!string.IsNullOrEmpty(key) && !string.IsNullOrEmpty(file))
        {
            throw new InvalidOperationException($"Say one of {SecretBox.KeySetting} and {SecretBox.KeyFileSetting}.");
        }

        return new SecretBox(
            string.IsNullOrEmpty(file) ? key : ReadKey(file),
            ListOf(configuration, SecretBox.FurtherKeysSetting)
                .Concat(ListOf(configuration, SecretBox.FurtherKeyFilesSetting).Select(ReadKey)));
    }

    private static IEnumerable<string> ListOf(IConfiguration configuration, string setting) =>
        configuration.GetSection(setting).GetChildren().Select(child => child.Value).Where(value => value is { Length: > 0 })!;

    // An editor ends a file with a line break that nobody means.
    private static string ReadKey(string file) => File.ReadAllText(file).Trim();
}

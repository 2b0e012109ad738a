namespace Fixity.Gateway.Users;

internal static class UserRegistration
{
    public static void AddUsers(this IServiceCollection services)
    {
        services.AddSingleton<UserStore>();
        services.AddOptions<BootstrapOptions>().BindConfiguration(BootstrapOptions.Section);
        services.AddHostedService<FirstAdministrator>();
    }
}
